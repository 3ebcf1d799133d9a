# bake: `make image` builds a DPU image, `make check` passes the tests. See README.md.
#
# out/bake is the engine; build/ (or BUILD=dir) the build directory; ~/.cache/bake holds downloads and
# artefacts and is shared by every build.

MACHINE ?= qemu-aarch64
IMAGE ?= dpu-image-minimal
BUILD ?= build
MACHINES := qemu-x86-64 qemu-aarch64 qemu-riscv64
PREFIX ?= /usr/local

# The modules, in the order of dependency: a module includes only headers of modules before it
# (tests/unit/order holds it).
MODULES := \
	util \
	map \
	witness \
	os \
	regex \
	json \
	family \
	proc \
	ui \
	hash \
	sign \
	archive \
	pack \
	net \
	survey \
	upload \
	advice \
	parse \
	token \
	expr \
	letter \
	value \
	format \
	arith \
	library \
	shell \
	convert \
	place \
	name \
	reference \
	history \
	variable \
	answer \
	data \
	glance \
	code \
	version \
	lib \
	lib_builtin \
	lib_text \
	lib_group \
	lib_data \
	lib_os \
	lib_bb \
	lib_oe \
	lib_fs \
	lua \
	inline \
	facts \
	sig \
	uri \
	mirror \
	profile \
	peer \
	pkgindex \
	distro \
	gitrun \
	lfs \
	git \
	autorev \
	source \
	hunt \
	repository \
	signature \
	download \
	unpack \
	patch \
	fetch \
	spec \
	lock \
	search \
	notice \
	package \
	ledger \
	tasklist \
	fragment \
	eval \
	config \
	collection \
	catalog \
	layer \
	recipe \
	record \
	harvest \
	cache \
	preference \
	provider \
	provenance \
	store \
	inventory \
	edges \
	graph \
	chart \
	plan \
	toolbox \
	shadow \
	view \
	sandbox \
	hosttools \
	jobserver \
	emit \
	function \
	stamp \
	taint \
	outage \
	leak \
	artefact \
	same \
	offer \
	task \
	joblog \
	diff \
	amendment \
	symptom \
	remedy \
	ready \
	sched \
	dump \
	options \
	workspace \
	resolve \
	agenda \
	sigdata \
	sigdiff \
	chain \
	audit \
	rewrite \
	layers \
	listing \
	show \
	build \
	why \
	clean \
	shipment \
	upkeep \
	depot \
	refresh \
	seal \
	collect \
	revision \
	secret \
	licence \
	bom \
	spdx \
	cyclonedx \
	attest \
	vary \
	difference \
	repro \
	release \
	verify \
	draft \
	import \
	image \
	main

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wconversion -Werror
LIBS := lua5.4 libcurl libcrypto libarchive
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) $(SANITIZE) \
	$(shell pkg-config --cflags $(LIBS))
LDLIBS = $(shell pkg-config --libs $(LIBS)) -lm

# Each flavour has its own object directory: out/ is the release, out/asan the one tests run under.
FLAVOUR ?= .
O := out/$(FLAVOUR)
OBJECTS := $(MODULES:%=$(O)/%.o)

.PHONY: all deps deps-image deps-check build image run check check-unit check-cases check-system bench \
	fuzz install clean
all: build

deps:
	@conf/host/install engine
deps-image: deps
	@conf/host/install image run
deps-check: deps-image
	@conf/host/install check

build: deps
	@$(MAKE) --no-print-directory -j$$(nproc) out/bake

out/bake: $(OBJECTS) | out/vary.so
	$(CC) $(CFLAGS) $(SANITIZE) -o $(O)/bake $(OBJECTS) $(LDLIBS)

# Put before libc by `bake repro`: see preload/vary.c.
out/vary.so: preload/vary.c | $(O)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O2 -fPIC -shared -o $@ $<

$(O)/%.o: bake/%.c | $(O)
	$(CC) $(ALL_CFLAGS) -MMD -c -o $@ $<
$(O):
	mkdir -p $@
-include $(OBJECTS:.o=.d)

# --- tests -----------------------------------------------------------------------------------------

# Unit tests link every module but main, built with the sanitizers.
ASAN := -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined \
	-Wno-format-truncation
TESTS := $(patsubst tests/unit/%.c,$(O)/%,$(wildcard tests/unit/test_*.c))
$(O)/test_%: tests/unit/test_%.c $(filter-out $(O)/main.o,$(OBJECTS))
	$(CC) $(ALL_CFLAGS) -Wno-conversion -Wno-missing-prototypes -iquote bake -o $@ $^ $(LDLIBS) -lcriterion
tests-built: $(TESTS)

# The fault build: the engine with a library before libc that makes the n-th allocation, write, rename, fork … fail.
fault: out/fault.so
out/fault.so: tests/fault/fault.c | $(O)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O2 -fPIC -shared -o $@ $<
.PHONY: fault

check-unit: deps-check
	@$(MAKE) --no-print-directory -j$$(nproc) FLAVOUR=asan CFLAGS='-O1 -g' SANITIZE='$(ASAN)' tests-built
	tests/run unit
check-cases: deps-check build
	tests/run cases
check-fuzz: deps-check
	tests/run fuzz
check-system: deps-check build fault
	tests/run system
check: deps-check build fault out/bench-sandbox out/bench-pack
	@$(MAKE) --no-print-directory -j$$(nproc) FLAVOUR=asan CFLAGS='-O1 -g' SANITIZE='$(ASAN)' tests-built
	tests/run unit cases fuzz system

# --- what users run --------------------------------------------------------------------------------

image: deps-image build
	out/bake -B $(BUILD) --set MACHINE=$(MACHINE) $(IMAGE)
	@out/bake -B $(BUILD) --set MACHINE=$(MACHINE) image-info $(IMAGE)
run: deps-image build
	out/bake -B $(BUILD) --set MACHINE=$(MACHINE) run $(IMAGE)
bench: deps-check build out/bench-sandbox out/bench-pack
	tests/bench/run.sh
out/bench-%: tests/bench/%.c $(filter-out $(O)/main.o,$(OBJECTS))
	$(CC) $(ALL_CFLAGS) -iquote bake -o $@ $^ $(LDLIBS)
fuzz: deps-check
	tests/fuzz/run.sh
install: build
	install -D -m 755 out/bake $(DESTDIR)$(PREFIX)/bin/bake
	install -D -m 755 out/vary.so $(DESTDIR)$(PREFIX)/share/bake/vary.so
	install -D -m 644 docs/bake.1 $(DESTDIR)$(PREFIX)/share/man/man1/bake.1
	mkdir -p $(DESTDIR)$(PREFIX)/share/bake
	cp -R classes conf recipes $(DESTDIR)$(PREFIX)/share/bake/
clean:
	rm -rf out
