# Look for every source on a server of one's own first: SOURCE_MIRROR_URL = "https://sources.example.com".
PREMIRRORS:prepend = "\
    git://.*/.* ${SOURCE_MIRROR_URL} \
    https?://.*/.* ${SOURCE_MIRROR_URL} \
"
