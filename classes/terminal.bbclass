# A shell on the user's terminal in the middle of a build.
# oe_terminal(d, command): bb.terminal runs it in the task's environment and sandbox and waits.
function oe_terminal(d, command)
	bb.terminal{command, cwd = fs.isdir(d:getVar("B")) and d:getVar("B") or d:getVar("WORKDIR")}
end
