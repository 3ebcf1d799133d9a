require x.inc
AFTER := "${@os.path.basename(d.getVar('FILE'))}"
