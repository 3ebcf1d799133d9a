# Tests of GNOME libraries, installed by their own makefiles. The recipe says what is special about them; see ptest.

inherit ptest
