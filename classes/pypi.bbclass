# Releases on PyPI: where a Python project's archive is.

PYPI_PACKAGE ?= "${@d.getVar('BPN')[8:] if d.getVar('BPN').startswith('python3-') else d.getVar('BPN')}"
PYPI_PACKAGE_EXT ?= "tar.gz"
PYPI_ARCHIVE_NAME_PREFIX ?= ""
PYPI_SRC_URI ?= "${@pypi_src_uri(d)}"

HOMEPAGE ?= "https://pypi.org/project/${PYPI_PACKAGE}/"
SECTION = "devel/python"
SRC_URI:prepend = "${PYPI_SRC_URI} "
S = "${UNPACKDIR}/${PYPI_PACKAGE}-${PV}"

function pypi_src_uri(d)
	local package, archive = d:getVar("PYPI_PACKAGE"), d:expand("${PYPI_PACKAGE}-${PV}.${PYPI_PACKAGE_EXT}")
	return ("https://files.pythonhosted.org/packages/source/%s/%s/%s;downloadfilename=%s%s"):format(
		package:sub(1, 1), package, archive, d:getVar("PYPI_ARCHIVE_NAME_PREFIX"), archive)
end
