# SPDX-License-Identifier: GPL-2.0-only
#
# make            build ./rmapscope and the SQLite extension
# make help       what else there is

.DEFAULT_GOAL := all

VERSION	:= 0.1.0

CC	?= gcc
CFLAGS	?= -O2 -g
PREFIX	?= /usr/local
BUILD	?= build

# `make WERROR=1` as CI does; SANITIZE=address,undefined or thread
WERROR	?=
SANITIZE ?=

PKGS	:= libtracefs libtraceevent libtracecmd libbpf libzstd zlib sqlite3 ncursesw ck

# Only where they are needed: `make deps` must work before they are installed.
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g')
PKG_LIBS   = $(shell pkg-config --libs $(PKGS))

cflags	 = -std=gnu11 -D_GNU_SOURCE -I. -I$(BUILD) -MMD -MP -pthread -Wall -Wextra
cflags	+= -DRMAPSCOPE_VERSION='"$(VERSION)"' $(PKG_CFLAGS)
ldflags	 = -pthread
ifneq ($(WERROR),)
cflags	+= -Werror
endif
ifneq ($(SANITIZE),)
cflags	+= -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
ldflags	+= -fsanitize=$(SANITIZE)
endif
include tests/tests.mk
include tests/guest/guest.mk

lib_srcs := $(wildcard lib/*.c collector/*.c collector/model/*.c schema/*.c analysis/*.c \
	      analysis/output/*.c tui/*.c cli/workload/*.c)
cli_srcs := $(filter-out $(lib_srcs),$(wildcard cli/*.c))
lib_objs := $(lib_srcs:%.c=$(BUILD)/%.o) $(BUILD)/schema/sql.o $(BUILD)/schema/known_list.o \
	    $(BUILD)/analysis/output/page_files.o
cli_objs := $(cli_srcs:%.c=$(BUILD)/%.o) $(BUILD)/cli/demo_capture.o

# what is done, in a line each; V=1 shows the commands
ifeq ($(V),)
Q	:= @
say	 = @printf '  %-7s %s\n' $(1) $(patsubst $(BUILD)/%,%,$@)
endif

.PHONY: all
all: rmapscope rmapscope_hist.so

# always looked at: another BUILD may have put its own here since
rmapscope: $(BUILD)/rmapscope FORCE
	@[ $< -ef $@ ] || ln -f $< $@ 2>/dev/null || cp -f $< $@

.PHONY: FORCE
FORCE:

# Without the libraries the compiler's errors would not say what to do.
.PHONY: libraries
libraries:
	@pkg-config --exists $(PKGS) 2>/dev/null && \
		echo '#include <uthash.h>' | $(CC) -E -x c - >/dev/null 2>&1 || { \
		echo 'rmapscope: compiler, pkg-config or a library is missing: run make deps' >&2; exit 1; }

$(BUILD)/rmapscope: $(cli_objs) $(BUILD)/librmapscope.a
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

$(BUILD)/librmapscope.a: $(lib_objs)
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(cflags) $(CFLAGS) -c -o $@ $<

# the SQL text as C strings: schema/NNN-name.sql is schema_NNN_name_sql
sql := $(sort $(wildcard schema/*.sql analysis/*.sql))
$(BUILD)/schema/sql.c: $(sql) schema/embed.sh schema/fragments.h schema/enums.def
	@mkdir -p $(@D)
	$(call say,SQL)
	$(Q)sh schema/embed.sh $@ $(BUILD)/schema/sql.h $(sql)

$(BUILD)/schema/sql.h: $(BUILD)/schema/sql.c ;

# what the steps make, as known_lists[]
make_known := $(BUILD)/schema/make/known_list
$(make_known): $(make_known).o $(BUILD)/schema/steps.o $(BUILD)/schema/sql.o
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/schema/known_list.c: $(make_known)
	$(call say,SQL)
	$(Q)$(make_known) >$@.new && mv $@.new $@

# generated before anything is compiled that may include it
$(lib_objs) $(cli_objs) $(make_known).o $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/*/*.c)): | libraries $(BUILD)/schema/sql.h

$(BUILD)/schema/sql.o $(BUILD)/schema/known_list.o: %.o: %.c
	$(call say,CC)
	$(Q)$(CC) $(cflags) $(CFLAGS) -c -o $@ $<

# files as they are: .incbin
$(BUILD)/cli/demo_capture.o: cli/demo_capture.S docs/demo.db
$(BUILD)/analysis/output/page_files.o: $(addprefix analysis/output/page,_files.S .css .js)
$(BUILD)/cli/demo_capture.o $(BUILD)/analysis/output/page_files.o:
	@mkdir -p $(@D)
	$(call say,AS)
	$(Q)$(CC) -c -o $@ $<

# Programs for the kernel, as C headers that are committed: nobody needs clang to build.
# What they are made with decides their bytes: clang 14 and bpftool 7.1, as in Debian 12.
bpf_srcs := $(wildcard collector/bpf/*.bpf.c)
BPF_OUT	 ?= collector/bpf
BPFTOOL	 ?= $(shell PATH="$$PATH:/usr/sbin" command -v bpftool)

.PHONY: bpf
bpf: $(bpf_srcs:collector/bpf/%.bpf.c=bpf-%)

bpf-%: collector/bpf/%.bpf.c FORCE
	@mkdir -p $(BUILD)/collector/bpf $(BPF_OUT)
	$(call say,BPF)
	$(Q)clang -g -O2 -target bpf -Wall -Wextra -Werror -fdebug-compilation-dir=. -I. \
		-idirafter /usr/include/$$($(CC) -print-multiarch) \
		-c -o $(BUILD)/collector/bpf/$*.clang.o $<
	$(Q)$(BPFTOOL) gen object $(BUILD)/collector/bpf/$*.o $(BUILD)/collector/bpf/$*.clang.o
	$(Q)$(BPFTOOL) gen skeleton $(BUILD)/collector/bpf/$*.o name $*_bpf >$(BPF_OUT)/$*.skel.h

rmapscope_hist.so: schema/hist.c schema/hist_sql.c schema/hist.h schema/hist_sql.h
	$(call say,LINK)
	$(Q)$(CC) -std=gnu11 -I. -Wall -Wextra $(CFLAGS) -fPIC -shared -DHIST_EXTENSION -o $@ \
		schema/hist.c schema/hist_sql.c

-include $(lib_objs:.o=.d) $(cli_objs:.o=.d) $(make_known).d $(wildcard $(BUILD)/tests/*/*.d)

.PHONY: help
help:
	@sed -n 's/^#: //p' $(MAKEFILE_LIST)

#: make              build ./rmapscope and ./rmapscope_hist.so (for any sqlite3 shell)
#: make deps         install what building and testing needs, from the distribution
#: make demo         all of it: install, build, record a contended workload, show it (as root, or by sudo)
#: make test         install, build and run every test that this machine can run
#: make test-kernel  build and boot kernels with the rmap events (QEMU; KERNEL=6.12 for one)
#: make test-bare    README's commands on bare Debian 12 and 13, in a chroot, as root and as a user
#: make bench        measure speed and cost; prints ratios against the peers
#: make install      install below PREFIX (default /usr/local; DESTDIR is honoured)
#: make bpf          compile collector/bpf/ anew (clang 14, bpftool 7.1)
#: make format       format all C sources in place
#: make clean        remove what make made

.PHONY: deps
deps:
	@sh tests/deps.sh build

# root builds as the owner of the tree; anybody else records as root where that is possible
as_owner := sh tests/as-owner.sh

.PHONY: demo
demo: deps
	$(as_owner) $(MAKE) all
	@if sh tests/as-root.sh true; then sh tests/as-root.sh ./rmapscope demo; else ./rmapscope demo; fi

.PHONY: install
install:
	@$(as_owner) $(MAKE) --no-print-directory all
	install -Dm755 rmapscope $(DESTDIR)$(PREFIX)/bin/rmapscope
	install -Dm755 rmapscope_hist.so $(DESTDIR)$(PREFIX)/lib/rmapscope/rmapscope_hist.so
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/man/man1 docs/man/*.1
	install -Dm644 -t $(DESTDIR)$(PREFIX)/share/doc/rmapscope README.md docs/*.md

formatted := $(shell find lib collector schema analysis tui cli tests -name '*.[ch]' \
	       ! -name '*.skel.h' 2>/dev/null)

.PHONY: format format-check
format:
	@clang-format -i $(formatted)
format-check:
	@clang-format --dry-run -Werror $(formatted)

.PHONY: clean
clean:
	rm -rf $(BUILD) rmapscope rmapscope_hist.so
