# Translations of messages: only when the distro wants them (DISTRO_FEATURES "nls").

USE_NLS ?= "${@bb.utils.contains('DISTRO_FEATURES', 'nls', 'yes', 'no', d)}"
USE_NLS:class-native = "no"

DEPENDS:append = " gettext-native"
EXTRA_OECONF:append = " ${@oe.utils.conditional('USE_NLS', 'yes', '', '--disable-nls', d)}"
