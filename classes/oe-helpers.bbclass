# Lua in place of Python helpers that OpenEmbedded-Core's classes call in expressions, for layers that
# bring those classes along: INHERIT += "oe-helpers". A helper that is here in Lua stays when the
# Python one of its name is read.

function oe_helpers_inherits(d, names)
	for name in names:gmatch("%S+") do
		if bb.data.inherits_class(name, d) then return true end
	end
	return false
end

function oe_helpers_repr(list)
	local quoted = {}
	for i, word in ipairs(list) do
		quoted[i] = word:find("'") and not word:find('"') and '"' .. word .. '"'
			or "'" .. word:gsub("\\", "\\\\"):gsub("'", "\\'") .. "'"
	end
	return quoted
end

function oe_helpers_words(text)
	local list = {}
	for word in (text or ""):gmatch("%S+") do list[#list + 1] = word end
	return list
end

# --- base ---

function get_base_dep(d)
	local inhibit = d:getVar("INHIBIT_DEFAULT_DEPS", false)
	return inhibit and inhibit ~= "" and "" or "${BASE_DEFAULT_DEPS}"
end

function extra_path_elements(d)
	local dirs = {}
	for _, name in ipairs(oe_helpers_words(d:getVar("EXTRANATIVEPATH"))) do
		dirs[#dirs + 1] = "${STAGING_BINDIR_NATIVE}/" .. name .. ":"
	end
	return table.concat(dirs)
end

# --- autotools, gettext, perl ---

function get_autotools_dep(d)
	local pn = d:getVar("PN")
	if (d:getVar("INHIBIT_AUTOTOOLS_DEPS") or "") ~= "" then return "" end
	if pn == "autoconf-native" or pn == "automake-native" then return "" end
	local deps = "autoconf-native automake-native "
	if pn == "libtool" or pn == "libtool-native" or pn:match("libtool%-cross$") then return deps end
	deps = deps .. "libtool-native "
	if oe_helpers_inherits(d, "native nativesdk cross")
			or (d:getVar("INHIBIT_DEFAULT_DEPS") or "") ~= "" then
		return deps
	end
	return deps .. "libtool-cross "
end

function oe_helpers_no_messages(d)
	return d:getVar("USE_NLS") == "no"
end

function oe_helpers_bare(d)
	return (d:getVar("INHIBIT_DEFAULT_DEPS") or "") ~= "" and not oe_helpers_inherits(d, "cross-canadian")
end

function gettext_dependencies(d)
	if oe_helpers_bare(d) then return "" end
	return oe_helpers_no_messages(d) and "gettext-minimal-native" or "gettext-native"
end

function gettext_oeconf(d)
	return (oe_helpers_no_messages(d) or oe_helpers_bare(d)) and "--disable-nls" or "--enable-nls"
end

function is_target(d)
	return oe_helpers_inherits(d, "native") and "no" or "yes"
end

# --- meson, cmake ---

function meson_array(var, d)
	local quoted = oe_helpers_repr(oe_helpers_words(d:getVar(var)))
	return #quoted == 1 and quoted[1] or "[" .. table.concat(quoted, ", ") .. "]"
end

function meson_cpu_family(var, d)
	local family = { powerpc = "ppc", powerpc64 = "ppc64", powerpc64le = "ppc64", armeb = "arm",
		aarch64_be = "aarch64", mipsel = "mips", mips64el = "mips64", microblazeel = "microblaze" }
	local arch = d:getVar(var)
	return family[arch] or arch:match("^i[3-6]86") and "x86" or arch
end

function meson_operating_system(var, d)
	local os = d:getVar(var)
	return os:find("mingw", 1, true) and "windows" or os:find("linux", 1, true) and "linux" or os
end

function oe_helpers_big(arch)
	return arch:match("be$") or arch:match("eb$") or arch:match("_be$") or arch == "m68k"
		or arch == "lm32" or arch == "sparc" or arch:match("^ppc") and not arch:match("le$")
		or arch:match("^powerpc") and not arch:match("le$")
		or arch:match("^mips") and not arch:match("el$") or arch == "microblaze"
end

function meson_endian(prefix, d)
	return oe_helpers_big(d:getVar(prefix .. "_ARCH")) and "big" or "little"
end

function rust_tool(d, var)
	local rustc = d:getVar("RUSTC") or ""
	if rustc == "" then return "" end
	local words = { rustc, "--target", d:getVar(var) }
	for _, word in ipairs(oe_helpers_words(d:getVar("RUSTFLAGS"))) do words[#words + 1] = word end
	return "rust = [" .. table.concat(oe_helpers_repr(words), ", ") .. "]"
end

function rust_base_dep(d)
	if (d:getVar("INHIBIT_DEFAULT_RUST_DEPS") or "") ~= "" then return "" end
	return d:getVar("HOST_SYS") == d:getVar("BUILD_SYS") and " rust-native" or " rust-native ${RUSTLIB_DEP}"
end

# --- python ---

function pypi_package(d)
	local bpn = d:getVar("BPN")
	return bpn:match("^python%-(.*)") or bpn:match("^python3%-(.*)") or bpn
end

function pypi_normalize(d)
	return (d:getVar("PYPI_PACKAGE"):gsub("[-_.]+", "-"):lower())
end

function pypi_src_uri(d)
	local package = d:getVar("PYPI_PACKAGE")
	local file = d:expand("${PYPI_PACKAGE}-${PV}.${PYPI_PACKAGE_EXT}")
	return string.format("https://files.pythonhosted.org/packages/source/%s/%s/%s;downloadfilename=%s",
		package:sub(1, 1), package, file, d:getVar("PYPI_ARCHIVE_NAME_PREFIX") .. file)
end

# --- versions in addresses ---

function gnome_verdir(version)
	local without_last = version:match("^(.*)%.")
	return without_last and without_last ~= "" and without_last or version
end

function xfce_verdir(version)
	return version:match("^%d+%.%d+")
end

# --- qemu ---

function qemu_target_binary(d)
	local own = d:getVar("QEMU_TARGET_BINARY_" .. d:getVar("PACKAGE_ARCH")) or ""
	if own ~= "" then return own end
	local names = { i486 = "i386", i586 = "i386", i686 = "i386", powerpc = "ppc", powerpc64 = "ppc64",
		powerpc64le = "ppc64le" }
	local arch = d:getVar("TARGET_ARCH")
	return "qemu-" .. (names[arch] or arch)
end

function qemu_wrapper_cmdline(d, root, libraries)
	if d:getVar("PACKAGE_ARCH") == "all" then return "false" end
	local program = qemu_target_binary(d)
	return table.concat { "PSEUDO_UNLOAD=1 ", program == "qemu-allarch" and "qemuwrapper" or program, " ",
		d:getVar("QEMU_OPTIONS") or "", " -L ", root, " -E LD_LIBRARY_PATH=", table.concat(libraries, ":"), " " }
end

function qemu_run_binary(d, root, program)
	local libraries = { root .. d:getVar("libdir", false), root .. d:getVar("base_libdir", false) }
	return qemu_wrapper_cmdline(d, root, libraries) .. root .. program
end

# --- packages ---

function use_updatercd(d)
	if bb.utils.contains("DISTRO_FEATURES", "systemd", true, false, d) and oe_helpers_inherits(d, "systemd") then
		return '[ -n "$D" -o ! -d /run/systemd/system ]'
	end
	return "true"
end

function gen_packagevar(d, names)
	local vars = oe_helpers_words(d:getVar(names or "PACKAGEVARS"))
	local packages = oe_helpers_words(d:getVar("PACKAGES"))
	local source = d:getVar("PN") .. "-src"
	local out = {}
	for _, v in ipairs(vars) do out[#out + 1] = v end
	if d:getVar("PACKAGE_DEBUG_SPLIT_STYLE") == "debug-with-srcpkg"
			and not bb.utils.contains("PACKAGES", source, true, false, d) then
		packages[#packages + 1] = source
	end
	for _, p in ipairs(packages) do
		for _, v in ipairs(vars) do out[#out + 1] = v .. ":" .. p end
	end
	return table.concat(out, " ")
end

# --- spdx ---

function create_spdx_source_deps(d)
	if d:getVar("SPDX_INCLUDE_SOURCES") ~= "1" then return "" end
	error("create_spdx_source_deps: SPDX_INCLUDE_SOURCES needs Python")
end
