# Headers that differ between ABIs installed side by side: there is one ABI here, so nothing is renamed.

oe_multilib_header() {
	:
}
