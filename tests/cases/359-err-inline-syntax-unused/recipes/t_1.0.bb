X = "${@ foo( }"
Y = "y"
