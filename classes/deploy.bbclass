# For recipes whose results go beside the image (kernel, boot loader): do_deploy puts them into DEPLOYDIR.
DEPLOYDIR = "${WORKDIR}/deploy-${PN}"

addtask deploy after do_compile before do_build
do_deploy[dirs] = "${B}"
do_deploy[sstate-inputdirs] = "${DEPLOYDIR}"
do_deploy[sstate-outputdirs] = "${DEPLOY_DIR_IMAGE}"
