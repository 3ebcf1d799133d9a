# For recipes that make no packages (build tools, images).
PACKAGES = ""
PACKAGES_DYNAMIC = ""
deltask do_package
deltask do_package_qa
