# Completions for bash go to a package of their own.

PACKAGES:prepend = "${PN}-bash-completion "
FILES:${PN}-bash-completion = "${datadir}/bash-completion ${sysconfdir}/bash_completion.d"
SUMMARY:${PN}-bash-completion = "${SUMMARY} - completions for bash"
