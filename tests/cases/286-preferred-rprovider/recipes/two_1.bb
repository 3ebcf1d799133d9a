PACKAGES = "two"
RPROVIDES:two = "thing"
