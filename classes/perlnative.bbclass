# For builds that run Perl scripts: the host's interpreter (HOSTTOOLS).
export PERL = "${HOSTTOOLS_DIR}/perl"
