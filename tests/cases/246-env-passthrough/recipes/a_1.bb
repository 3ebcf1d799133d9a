A = "${FROM_ENV} ${OTHER} ${MISSING}"
B = "${@d.getVar('OTHER')}"
