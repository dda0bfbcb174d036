/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * UFFDIO_MOVE for who builds with older headers.
 *
 * Debian 12's linux/userfaultfd.h is that of Linux 6.1. UFFDIO_MOVE came with
 * 6.8; these are the values of include/uapi/linux/userfaultfd.h there (commit
 * adef440691ba, "userfaultfd: UFFDIO_MOVE uABI").
 */
#ifndef UFFDIO_MOVE_H
#define UFFDIO_MOVE_H

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#ifndef UFFD_FEATURE_MOVE
#define UFFD_FEATURE_MOVE (1 << 16)
#endif
#ifndef UFFDIO_MOVE
struct uffdio_move {
	__u64 dst;
	__u64 src;
	__u64 len;
	__u64 mode;
	__s64 move;
};
#define UFFDIO_MOVE_MODE_DONTWAKE ((__u64)1 << 0)
#define UFFDIO_MOVE		  _IOWR(UFFDIO, 0x05, struct uffdio_move)
#endif

#endif
