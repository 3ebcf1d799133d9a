# What recipes made for Yocto expect of autotools beyond our own: the configure script is made anew from configure.ac
# (their options and patches are for that one), with the macros of what they DEPEND on, and programs for the machine
# that builds have a compiler of their own. Inherited by autotools for recipes of such layers.

AUTOTOOLS_RECONF ?= "1"
AUTORECONF = "autotools_autoreconf"
AUTOTOOLS_AUXDIR ?= "${AUTOTOOLS_SCRIPT_PATH}"
EXTRACONFFUNCS ??= ""
do_configure[prefuncs] += "${EXTRACONFFUNCS}"

# What a distributed archive has of gettext, and the documentation's makefiles, is used as it is.
AUTOTOOLS_AUTOPOINT ?= "${@'autopoint' if d.getVar('USE_NLS') == 'yes' else 'true'}"
AUTOTOOLS_GTKDOCIZE ?= "true"

autotools_autoreconf() {
	if [ ! -e configure.ac ] && [ ! -e configure.in ]; then
		bbnote "no configure.ac in ${AUTOTOOLS_SCRIPT_PATH}: its configure is used as it is"
		return
	fi
	mkdir -p m4
	env ACLOCAL_PATH=${STAGING_DATADIR}/aclocal:${STAGING_DATADIR_NATIVE}/aclocal \
		AUTOPOINT=${AUTOTOOLS_AUTOPOINT} GTKDOCIZE=${AUTOTOOLS_GTKDOCIZE} ${@autotools_excluded(d)} \
		autoreconf -Wno-obsolete --verbose --install --force ${@autotools_options(d)} ${acpaths}
}

# --exclude and --include are options of Yocto's autoreconf alone; to ours a program is excluded by another name.
function autotools_excluded(d)
	local programs = {}
	for names in (d:getVar("EXTRA_AUTORECONF") or ""):gmatch("%-%-exclude=(%S+)") do
		for name in names:gmatch("[^,]+") do programs[#programs + 1] = name:upper() .. "=true" end
	end
	return table.concat(programs, " ")
end

function autotools_options(d)
	return ((d:getVar("EXTRA_AUTORECONF") or ""):gsub("%-%-exclude=%S+", ""):gsub("%-%-include=%S+", ""))
end

export CC_FOR_BUILD = "${BUILD_CC}"
export CPP_FOR_BUILD = "${BUILD_CPP}"
export CXX_FOR_BUILD = "${BUILD_CXX}"
export LD_FOR_BUILD = "${BUILD_LD}"
export CFLAGS_FOR_BUILD = "${BUILD_CFLAGS}"
export CPPFLAGS_FOR_BUILD = "${BUILD_CPPFLAGS}"
export CXXFLAGS_FOR_BUILD = "${BUILD_CXXFLAGS}"
export LDFLAGS_FOR_BUILD = "${BUILD_LDFLAGS}"

# libtool is not to write directories every loader searches into what it links.
export lt_cv_sys_lib_dlsearch_path_spec = "${libdir} ${base_libdir}"

# --target is given to all of them; only Yocto's autoconf knows that a tool for its own host has no prefix for it.
CONFIGUREOPTS:append = " --program-prefix="
