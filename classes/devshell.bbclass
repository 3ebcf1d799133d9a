# bake -c devshell RECIPE: a shell where do_compile would run, with its variables.
inherit terminal

DEVSHELL ?= "/bin/sh"

addtask devshell after do_patch do_prepare_recipe_sysroot
do_devshell[nostamp] = "1"
do_devshell[dirs] = "${B}"
lua do_devshell() {
	oe_terminal(d, d:getVar("DEVSHELL"))
}
