SUMMARY = "Directories, accounts and settings every system starts from"
HOMEPAGE = "https://www.openeuler.org/"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=9e911597e678943cde54111f7518e299"

SRC_URI = "\
    file://passwd \
    file://group \
    file://fstab \
    file://hosts \
    file://nsswitch.conf \
    file://profile \
"
S = "${WORKDIR}"

inherit allarch

# --- what a layer or local.conf may change (hostname:pn-base-files = "…") ---

hostname ?= "dpu"
# Root's password as crypt(3) hashed it, from `openssl passwd -6`. "*": none opens the account.
ROOT_PASSWORD_HASH ??= "*"
# What the console shows above "login:".
ISSUE ?= "${DISTRO_NAME} ${DISTRO_VERSION} \n \l"
ISSUE_NO_LOGIN = "No login is possible: neither DPU_AUTHORIZED_KEYS nor ROOT_PASSWORD_HASH was set when this image was built."

# --- directories: mode and path ---

BASE_DIRS = "\
    0755:/dev 0555:/proc 0555:/sys 0755:/run 1777:/tmp 0700:${ROOT_HOME} \
    0755:/home 0755:/media 0755:/mnt 0755:/opt 0755:/srv 0755:/boot \
    0755:${bindir} 0755:${sbindir} 0755:${libdir} 0755:${datadir} 0755:${sysconfdir} \
    0755:/var 0755:/var/cache 0755:/var/lib 0755:/var/log 0755:/var/spool 1777:/var/tmp \
"
BASE_LINKS = "${@bb.utils.contains('DISTRO_FEATURES', 'usrmerge', '/bin:usr/bin /sbin:usr/sbin /lib:usr/lib /lib64:usr/lib', '', d)} \
    /var/run:../run /var/lock:../run/lock \
    ${sysconfdir}/mtab:../proc/self/mounts ${sysconfdir}/resolv.conf:../run/resolv.conf \
    ${sysconfdir}/os-release:../usr/lib/os-release"

do_install() {
	for dir in ${BASE_DIRS}; do
		install -d -m ${dir%%:*} ${D}${dir#*:}
	done
	for link in ${BASE_LINKS}; do
		ln -s ${link#*:} ${D}${link%%:*}
	done
	for file in passwd group fstab hosts nsswitch.conf profile; do
		install -m 0644 ${WORKDIR}/$file ${D}${sysconfdir}/$file
	done
	install_shadow
	install_names
}

# A line an account; only root can have a password.
install_shadow() {
	sed 's/^\([^:]*\):.*/\1:*:19700::::::/' ${WORKDIR}/passwd > ${D}${sysconfdir}/shadow
	sed -i 's|^root:[^:]*:|root:${ROOT_PASSWORD_HASH}:|' ${D}${sysconfdir}/shadow
	chmod 0600 ${D}${sysconfdir}/shadow
}

install_names() {
	echo "${hostname}" > ${D}${sysconfdir}/hostname
	printf '%s\n' '${ISSUE}' > ${D}${sysconfdir}/issue
	if [ -z "${DPU_AUTHORIZED_KEYS}" ] && [ '${ROOT_PASSWORD_HASH}' = '*' ]; then
		echo "${ISSUE_NO_LOGIN}" >> ${D}${sysconfdir}/issue
	fi
	echo >> ${D}${sysconfdir}/issue
	echo /bin/sh > ${D}${sysconfdir}/shells
	cat > ${D}${libdir}/os-release <<-END
		ID=${DISTRO}
		NAME="${DISTRO_NAME}"
		VERSION="${DISTRO_VERSION}"
		VERSION_ID=${DISTRO_VERSION}
		PRETTY_NAME="${DISTRO_NAME} ${DISTRO_VERSION}"
		ID_LIKE=openEuler
	END
}
do_install[vardeps] += "DPU_AUTHORIZED_KEYS"

PACKAGES = "${PN}"
FILES:${PN} = "/"
CONFFILES:${PN} = "${sysconfdir}/fstab ${sysconfdir}/hosts ${sysconfdir}/hostname ${sysconfdir}/passwd \
    ${sysconfdir}/group ${sysconfdir}/shadow ${sysconfdir}/profile"
