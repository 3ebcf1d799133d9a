CLASSOVERRIDE = "class-nativesdk"
N = "sdk ${PN}"
