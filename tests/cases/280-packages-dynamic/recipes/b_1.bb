PACKAGES = "b"
PACKAGES_DYNAMIC = "^b-mod-.*"
