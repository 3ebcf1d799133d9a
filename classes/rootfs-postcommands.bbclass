# Changes of the tree that configuration asks for. Each is a function of ROOTFS_POSTPROCESS_COMMAND.

ROOTFS_POSTPROCESS_COMMAND += "rootfs_extra_users rootfs_authorized_keys \
    ${@bb.utils.contains('IMAGE_FEATURES', 'empty-root-password', 'rootfs_empty_root_password', '', d)} \
    ${@bb.utils.contains('IMAGE_FEATURES', 'read-only-rootfs', 'rootfs_read_only', '', d)} \
"

# Public keys that may log in as root over ssh, as they stand in an authorized_keys file, ";" between them.
DPU_AUTHORIZED_KEYS ??= ""

rootfs_authorized_keys() {
	if [ -n "${DPU_AUTHORIZED_KEYS}" ]; then
		install -d -m 0700 ${IMAGE_ROOTFS}${ROOT_HOME} ${IMAGE_ROOTFS}${ROOT_HOME}/.ssh
		printf '%s\n' "${DPU_AUTHORIZED_KEYS}" | tr ';' '\n' | sed 's/^ *//; s/ *$//; /^$/d' \
			> ${IMAGE_ROOTFS}${ROOT_HOME}/.ssh/authorized_keys
		chmod 0600 ${IMAGE_ROOTFS}${ROOT_HOME}/.ssh/authorized_keys
	fi
}

# Accounts by configuration: "useradd -G adm joe; usermod -p 'HASH' root" (useradd, groupadd, usermod; HASH as
# in a shadow file).
EXTRA_USERS_PARAMS ??= ""

lua rootfs_extra_users() {
	require("accounts").apply(d:getVar("IMAGE_ROOTFS"), d:getVar("EXTRA_USERS_PARAMS") or "")
}

# For development only: root logs in on the console without a password.
rootfs_empty_root_password() {
	sed -i 's/^root:[^:]*:/root::/' ${IMAGE_ROOTFS}${sysconfdir}/shadow
}

rootfs_read_only() {
	if [ -e ${IMAGE_ROOTFS}${sysconfdir}/fstab ]; then
		sed -i '/^[^#]*[[:space:]]\/[[:space:]]/ s/defaults/ro/' ${IMAGE_ROOTFS}${sysconfdir}/fstab
	fi
}
