/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HMM_H
#define HMM_H
/*
 * The kernel's own test device (CONFIG_TEST_HMM), which mirrors the memory of a
 * process and can take it away.
 */
#include "workload.h"
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

/* From the kernel's lib/test_hmm_uapi.h, which is not installed. */
struct hmm_dmirror_cmd {
	uint64_t addr;
	uint64_t ptr;
	uint64_t npages;
	uint64_t cpages;
	uint64_t faults;
};
#define HMM_DMIRROR_MIGRATE_TO_DEV _IOWR('H', 0x02, struct hmm_dmirror_cmd)
#define HMM_DMIRROR_MIGRATE_TO_SYS _IOWR('H', 0x03, struct hmm_dmirror_cmd)
#define HMM_DMIRROR_EXCLUSIVE	   _IOWR('H', 0x05, struct hmm_dmirror_cmd)

#define HMM_NODE "/tmp/hmm_dmirror0"

/* The device node, made from its major number if devtmpfs has none. */
static inline int open_device(void)
{
	char name[64];
	int major_nr, fd = open("/dev/hmm_dmirror0", O_RDWR);
	FILE *f;

	if (fd >= 0)
		return fd;
	f = fopen("/proc/devices", "r");
	while (f && fscanf(f, "%63s", name) == 1) {
		major_nr = atoi(name);
		if (fscanf(f, "%63s", name) != 1)
			break;
		if (strcmp(name, "HMM_DMIRROR"))
			continue;
		if (mknod(HMM_NODE, S_IFCHR | 0600, makedev(major_nr, 0)) && errno != EEXIST)
			die(HMM_NODE);
		fd = open(HMM_NODE, O_RDWR);
	}
	if (fd < 0)
		die("hmm_dmirror device (CONFIG_TEST_HMM)");
	return fd;
}

#endif
