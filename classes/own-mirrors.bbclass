# Look for every source in a place of one's own first: SOURCE_MIRROR_URL = "https://sources.example.com", or
# "file:///srv/sources" as `bake mirror /srv/sources TARGET` fills it. Files are found by name or by sha256.
PREMIRRORS:prepend = "\
    git://.*/.* ${SOURCE_MIRROR_URL} \
    gitsm://.*/.* ${SOURCE_MIRROR_URL} \
    https?://.*/.* ${SOURCE_MIRROR_URL} \
    ftps?://.*/.* ${SOURCE_MIRROR_URL} \
"
BB_CONTENT_MIRRORS:prepend = "${SOURCE_MIRROR_URL}/sha256 "
