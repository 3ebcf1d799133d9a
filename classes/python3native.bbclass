# For builds that run Python scripts: the host's interpreter (HOSTTOOLS), without the user's own modules.
PYTHON = "${HOSTTOOLS_DIR}/python3"
export PYTHON
export PYTHONNOUSERSITE = "1"
export NATIVE_PYTHON = "${PYTHON}"
