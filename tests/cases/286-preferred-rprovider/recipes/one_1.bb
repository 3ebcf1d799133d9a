PACKAGES = "one"
RPROVIDES:one = "thing"
