# Sources with a GNU configure script, built out of tree (autotools-brokensep: in the tree).
#
# The script that comes with the sources is used as it is; autoreconf runs only where there is none or where a
# patch made one of its inputs newer. AUTOTOOLS_RECONF = "1" or "0" in a recipe decides instead.

inherit siteinfo ${@'autotools-yocto' if d.getVar('FILE_LAYER_IS_YOCTO') == '1' else ''}

B = "${WORKDIR}/build"

AUTOTOOLS_RECONF ??= ""
AUTOTOOLS_SCRIPT_PATH ?= "${S}"
CONFIGURE_SCRIPT ?= "${AUTOTOOLS_SCRIPT_PATH}/configure"
EXTRA_AUTORECONF ?= ""
# More directories of m4 macros, "-I dir".
acpaths ?= ""

CONFIGUREOPT_DEPTRACK ?= "--disable-dependency-tracking"
CONFIGUREOPT_SILENT ?= "--disable-silent-rules"
CONFIGUREOPTS = "\
    --build=${BUILD_SYS} --host=${HOST_SYS} --target=${TARGET_SYS} \
    --prefix=${prefix} --exec_prefix=${exec_prefix} \
    --bindir=${bindir} --sbindir=${sbindir} --libexecdir=${libexecdir} \
    --datadir=${datadir} --sysconfdir=${sysconfdir} --sharedstatedir=${sharedstatedir} \
    --localstatedir=${localstatedir} --libdir=${libdir} --includedir=${includedir} \
    --oldincludedir=${includedir} --infodir=${infodir} --mandir=${mandir} \
    ${CONFIGUREOPT_SILENT} ${CONFIGUREOPT_DEPTRACK} \
"
# Answers that configure cannot find out without running a program: NAME=VALUE.
CACHED_CONFIGUREVARS ?= ""

autotools_do_configure() {
	if autotools_wants_reconf; then
		(cd ${AUTOTOOLS_SCRIPT_PATH} && ${AUTORECONF})
	fi
	if [ ! -e ${CONFIGURE_SCRIPT} ]; then
		bbfatal "no configure script at ${CONFIGURE_SCRIPT}: is S right?"
	fi
	autotools_know_host
	oe_runconf
}

AUTORECONF ?= "autoreconf --verbose --install --force ${EXTRA_AUTORECONF} ${acpaths}"

autotools_wants_reconf() {
	case "${AUTOTOOLS_RECONF}" in
	1) return 0 ;;
	0) return 1 ;;
	esac
	[ ! -e ${CONFIGURE_SCRIPT} ] ||
		[ -n "$(find ${AUTOTOOLS_SCRIPT_PATH} \( -name configure.ac -o -name configure.in -o -name Makefile.am \
			-o -name acinclude.m4 \) -newer ${CONFIGURE_SCRIPT})" ]
}

# An old config.sub has not heard of riscv64: take automake's where it does not.
autotools_know_host() {
	for script in $(find ${AUTOTOOLS_SCRIPT_PATH} -name config.sub); do
		if ! sh "$script" ${HOST_SYS} > /dev/null 2>&1; then
			newer=$(ls /usr/share/automake-*/config.sub | tail -n 1)
			cp -f "$newer" "$script"
			cp -f "$(dirname "$newer")/config.guess" "$(dirname "$script")/config.guess"
		fi
	done
}

# oe_runconf [OPTION...]: calls configure with what class and recipe ask for.
oe_runconf() {
	set -- ${CONFIGURE_SCRIPT} ${CONFIGUREOPTS} ${EXTRA_OECONF} ${PACKAGECONFIG_CONFARGS} "$@"
	bbnote "$@"
	if ! env ${CACHED_CONFIGUREVARS} "$@"; then
		for log in $(find ${B} -name config.log); do
			echo "--- $log"
			cat "$log"
		done
		bbfatal "configure failed"
	fi
}

autotools_do_compile() {
	oe_runmake
}

autotools_do_install() {
	oe_runmake 'DESTDIR=${D}' install
	# The index of all info pages would be each package's.
	rm -f ${D}${infodir}/dir
}

EXPORT_FUNCTIONS do_configure do_compile do_install
