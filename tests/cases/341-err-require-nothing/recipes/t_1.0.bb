A = "a"
require ${UNSET}
