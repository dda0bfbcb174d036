# SPDX-License-Identifier: GPL-2.0-only
#
# Tests: unit tests are programs (cmocka), the others scripts; all speak TAP
# and are run by prove.

unit_tests := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c tests/live/*_test.c))
workloads  := $(addprefix $(BUILD)/tests/workloads/,uffd-move fork-chain mmap-churn mmap-users \
	      vfork-sleep process-churn)
scripts    := $(wildcard tests/cli/*.t tests/tui/*.t tests/live/*.t)

# under a sanitizer: what reads input or draws it; what is about signals, time and
# texts takes ten times as long there and runs the same code
sanitized  := $(addprefix tests/,$(addsuffix .t,$(addprefix cli/,bad-input blocked hostile-db export-perfetto export-pprof export-redact export-svg export-tables import import-perfetto import-wrap \
	      findings migrate report waits) tui/screens tui/keys live/record))

# `make test T=tests/cli/report.t` runs one
T ?= $(unit_tests) $(if $(SANITIZE),$(sanitized),$(scripts))

$(BUILD)/tests/unit/%_test: $(BUILD)/tests/unit/%_test.o $(BUILD)/librmapscope.a
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -lcmocka -lm

$(BUILD)/tests/unit/fault_test: $(BUILD)/tests/unit/fault_vfs.o

# changes databases and reads them; the fuzzer does the same
$(BUILD)/tests/unit/mutate_test: $(BUILD)/tests/fuzz/mutate.o $(BUILD)/tests/fuzz/read_all.o \
				 $(BUILD)/cli/show.o

$(BUILD)/tests/live/%_test: $(BUILD)/tests/live/%_test.o $(BUILD)/librmapscope.a
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lm

# events by hand, through the model into a database
stage := $(BUILD)/tests/stage/stage-events

$(stage): $(BUILD)/tests/stage/stage_events.o $(BUILD)/cli/recording_meta.o \
	  $(BUILD)/librmapscope.a
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

# a trace-cmd file by hand
stage_dat := $(BUILD)/tests/stage/stage-dat

$(stage_dat): $(BUILD)/tests/stage/stage_dat.o
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^

# a perf.data file by hand
stage_perf := $(BUILD)/tests/stage/stage-perf

$(stage_perf): $(BUILD)/tests/stage/stage_perf.o
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# a Perfetto trace by hand
stage_perfetto := $(BUILD)/tests/stage/stage-perfetto

$(stage_perfetto): $(BUILD)/tests/stage/stage_perfetto.o
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# the workloads as programs of their own; main() is not in the library's objects
$(BUILD)/%.main.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(cflags) $(CFLAGS) -DWORKLOAD_MAIN -c -o $@ $<

$(BUILD)/tests/workloads/uffd-move: $(BUILD)/cli/workload/uffd_move.main.o
$(BUILD)/tests/workloads/fork-chain: $(BUILD)/tests/workloads/fork_chain.main.o
$(BUILD)/tests/workloads/mmap-churn: $(BUILD)/tests/workloads/mmap_churn.main.o
$(BUILD)/tests/workloads/mmap-users: $(BUILD)/tests/workloads/mmap_users.main.o
$(BUILD)/tests/workloads/vfork-sleep: $(BUILD)/tests/workloads/vfork_sleep.main.o
$(BUILD)/tests/workloads/process-churn: $(BUILD)/tests/workloads/process_churn.main.o
$(workloads): $(BUILD)/cli/workload/workload.o
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^

# large databases, and how long queries of them take, for tests/bench/queries.sh
bench_tools := $(addprefix $(BUILD)/tests/bench/,spans queries)
$(bench_tools): %: %.o $(BUILD)/librmapscope.a
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm

# stages a chain of threads that wait for each other
chain := $(BUILD)/tests/live/chain
$(chain): $(chain).o
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^

# a writer that holds the mmap_lock, and a reader that waits for it
write_hold := $(BUILD)/tests/live/write_hold
$(write_hold): $(write_hold).o
	$(call say,LINK)
	$(Q)$(CC) $(ldflags) $(LDFLAGS) -o $@ $^

# to be preloaded: allocations that fail
fail_malloc := $(BUILD)/tests/stage/fail-malloc.so
$(fail_malloc): tests/stage/fail_malloc.c
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -O2 -Wall -Wextra -fPIC -shared -o $@ $<

# to be preloaded: stops where a BPF program is loaded; has a kernel without BPF; hangs in /proc
stop_at_iter := $(BUILD)/tests/stage/stop-at-iter.so
fail_bpf := $(BUILD)/tests/stage/fail-bpf.so
hang_proc := $(BUILD)/tests/stage/hang-proc.so
$(stop_at_iter): tests/stage/stop_at_iter.c
$(fail_bpf): tests/stage/fail_bpf.c
$(hang_proc): tests/stage/hang_proc.c
$(stop_at_iter) $(fail_bpf) $(hang_proc):
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -O2 -Wall -Wextra -fPIC -shared -o $@ $<

# built on the way to a program, and kept for the next time
.SECONDARY:

.PHONY: test check-build workloads
workloads: $(workloads)
check-build: all $(unit_tests) $(workloads) $(stage) $(stage_dat) $(stage_perf) $(stage_perfetto) $(fail_malloc) $(bench_tools) $(chain) $(write_hold) $(stop_at_iter) $(fail_bpf) $(hang_proc)

test:
	@sh tests/deps.sh test
	@$(as_owner) $(MAKE) --no-print-directory check-build
	@$(MAKE) --no-print-directory run-tests

.PHONY: run-tests
# $(1): options of prove; $(2): tests
run_tests = $(if $(strip $(2)),WORKLOADS=$(abspath $(BUILD))/tests/workloads FEED=$(abspath) STAGE=$(abspath $(stage)) \
	STAGE_DAT=$(abspath $(stage_dat)) STAGE_PERF=$(abspath $(stage_perf)) STAGE_PERFETTO=$(abspath $(stage_perfetto)) FAIL_MALLOC_SO=$(abspath $(fail_malloc)) CHAIN=$(abspath $(chain)) WRITE_HOLD=$(abspath $(write_hold)) \
	STOP_AT_ITER_SO=$(abspath $(stop_at_iter)) FAIL_BPF_SO=$(abspath $(fail_bpf)) HANG_PROC_SO=$(abspath $(hang_proc)) \
	CMOCKA_MESSAGE_OUTPUT=TAP prove $(1) --timer --merge -e tests/exec.sh $(2) 3>&2,true)
# what shows time or this kernel's tracing has the machine to itself
one_by_one := tests/live/% tests/tui/%
run-tests: check-build
	@status=0; \
	$(call run_tests,-j$$(nproc),$(filter-out $(one_by_one),$(T))) || status=1; \
	$(call run_tests,,$(filter $(one_by_one),$(T))) || status=1; \
	exit $$status

# SUITES="bookworm trixie" picks Debian's releases
.PHONY: test-bare
test-bare:
	@sh tests/deps.sh bare
	prove -v tests/bare.t

.PHONY: bench
bench:
	@sh tests/deps.sh test
	@$(as_owner) $(MAKE) --no-print-directory all $(workloads) $(bench_tools)
	@for bench in import import-perf import-perfetto cost live sustain queries tui diff retention kill flight; do bash tests/bench/$$bench.sh || exit 1; done
