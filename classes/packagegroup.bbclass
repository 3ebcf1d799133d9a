# A recipe whose packages are empty and only name others (RDEPENDS).
LICENSE ?= "MIT"
INHIBIT_DEFAULT_DEPS = "1"
PACKAGE_ARCH ?= "all"
PACKAGES ?= "${PN}"

lua () {
	for name in (d:getVar("PACKAGES") or ""):gmatch("%S+") do
		d:setVar("ALLOW_EMPTY:" .. name, "1")
	end
}

deltask do_fetch
deltask do_unpack
deltask do_patch
deltask do_prepare_recipe_sysroot
deltask do_configure
deltask do_compile
deltask do_populate_sysroot
deltask do_populate_lic
