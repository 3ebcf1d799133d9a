PACKAGES = "b b-x"
RPROVIDES:b-x = "thing"
