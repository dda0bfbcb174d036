# SPDX-License-Identifier: GPL-2.0-only
#
# Kernels with the series, in QEMU. KERNEL="6.12" or "7.3" picks one; CI=true
# makes a skip a failure. The boot comes first: the other tests read what it
# leaves behind. All figures are in the notes: prove -v.

guest_tests := $(sort $(filter-out %/00-boot.t %/80-record.t,$(wildcard tests/guest/[0-9]*.t)))

.PHONY: test-kernel test-kernel-full
test-kernel:
	@sh tests/deps.sh kernel
	@$(MAKE) --no-print-directory all
	prove -v tests/guest/00-boot.t && prove -v $(guest_tests)

# the long matrix; what it finds goes on record under the hash of the series
test-kernel-full:
	@sh tests/deps.sh kernel-full
	@$(MAKE) --no-print-directory all
	tests/guest/full && prove tests/guest/80-record.t
