# Scripts that differ between ABIs installed side by side (MULTILIB_SCRIPTS): there is one ABI here, so nothing is
# renamed.

inherit update-alternatives

MULTILIB_SCRIPTS ?= ""
