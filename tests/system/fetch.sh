# What fetch.test and git.test share: servers on loopback, a layer with one recipe, a build directory. To be
# sourced; removes everything at exit. $top/layer/files is a place that a fetching task can see.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bake=$(cd "$here/../.." && pwd)/out/bake
top=$(mktemp -d) && chmod 755 "$top"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY CURL_CA_BUNDLE
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1 HOME="$top/home"
running=()
trap 'kill "${running[@]}" 2>/dev/null; rm -rf "$top"' EXIT
mkdir -p "$top/www" "$top/home" "$top/layer/conf" "$top/layer/recipes" "$top/layer/files" "$top/certificates"

# --- certificates: a private authority and what it has signed -------------------------------------------

# certificate NAME ADDRESS FROM TO: a certificate for an address, valid between two dates (YYMMDD).
certificate() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$top/key" -out "$top/request" 2>/dev/null
	printf '[x]\nsubjectAltName = IP:%s\n' "$2" >"$top/extension"
	openssl ca -batch -config "$top/ca.conf" -extfile "$top/extension" -extensions x -notext \
		-startdate "${3}000000Z" -enddate "${4}000000Z" -in "$top/request" -out "$top/cert" 2>"$top/ca.log"
	cat "$top/cert" "$top/key" >"$top/certificates/$1.pem"
}

authority() {
	mkdir -p "$top/ca" && touch "$top/ca/index" && echo 01 >"$top/ca/serial"
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=authority -keyout "$top/ca/key" \
		-out "$top/layer/authority.pem" 2>/dev/null
	cat >"$top/ca.conf" <<-CONF
		[ca]
		default_ca = own
		[own]
		new_certs_dir = $top/ca
		database = $top/ca/index
		serial = $top/ca/serial
		certificate = $top/layer/authority.pem
		private_key = $top/ca/key
		default_md = sha256
		unique_subject = no
		policy = any
		[any]
		commonName = supplied
	CONF
	certificate safe 127.0.0.1 200101 491231
	certificate expired 127.0.0.1 200101 200201
	certificate stranger 192.0.2.1 200101 491231
}

# --- servers --------------------------------------------------------------------------------------------

# serve: starts fetch-server; $http, $https, $ftp and "port NAME" tell where it is.
serve() {
	python3 "$here/fetch-server" "$top/www" "$top/certificates" 2>"$top/server.log" &
	running+=($!)
	for _ in $(seq 200); do [ -e "$top/ports" ] && break; sleep 0.1; done
	http=http://127.0.0.1:$(port plain)
	https=https://127.0.0.1:$(port safe)
	ftp=ftp://127.0.0.1:$(port ftp)
	dead=http://127.0.0.1:1
}
port() { sed -n "s/^$1 //p" "$top/ports"; }

# --- the layer and what is asked of it ------------------------------------------------------------------

cat >"$top/layer/conf/layer.conf" <<-'CONF'
	BBPATH .= ":${LAYERDIR}"
	BBFILES += "${LAYERDIR}/recipes/*.bb"
	BBFILE_COLLECTIONS += "fetchtest"
	BBFILE_PATTERN_fetchtest = "^${LAYERDIR}/"
	LAYERSERIES_COMPAT_fetchtest = "dpu"
CONF
mkdir -p "$top/build/conf"
cat >"$top/build/conf/bblayers.conf" <<-CONF
	BBPATH = "\${TOPDIR}"
	BBLAYERS = "\${COREBASE} $top/layer"
CONF
cat >"$top/build/conf/local.conf" <<-CONF
	BB_DISTRO_SOURCES ?= "0"
	BB_CONTENT_MIRRORS ?= ""
	BB_CA_BUNDLE ?= "$top/layer/authority.pem"
	BB_FETCH_PAUSE_MS = "10"
	SSTATE_DIR = "$top/artefacts"
CONF

# recipe SRC_URI [LINE…]: (re)writes the recipe "fetched"; DL_DIR is empty afterwards.
recipe() {
	rm -rf "$top/dl" "$top/requests"
	{
		echo 'LICENSE = "CLOSED"'
		echo 'INHIBIT_DEFAULT_DEPS = "1"'
		echo 'S = "${WORKDIR}/x-1"'
		echo "FILESEXTRAPATHS:prepend := \"$top/layer/files:\""
		echo "SRC_URI = \"$1\""
		shift
		printf '%s\n' "$@"
	} >"$top/layer/recipes/fetched_1.bb"
}

# run TASK [OPTION…]: runs a task of the recipe; what it says goes to $top/said.
run() {
	"$bake" -B "$top/build" --set DL_DIR="$top/dl" "${@:2}" -f -c "$1" fetched >"$top/said" 2>&1
}
work() { echo "$top"/build/tmp/work/*/fetched/1-r0; }

failed=0
check() {
	local name=$1
	shift
	if "$@"; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		sed 's/^/# /' "$top/said"
		failed=1
	fi
}
says() { grep -qF -- "$1" "$top/said"; }
requested() { grep -qF -- "$1" "$top/requests"; }
both() { eval "$1" && eval "$2"; }
