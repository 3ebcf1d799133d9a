PN = "${@ foo( }"
