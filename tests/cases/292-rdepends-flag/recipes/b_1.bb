PACKAGES = "b-pkg"
