# autotools for sources that only build in their own tree.

inherit autotools

B = "${S}"
