/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BPF object in the kernel. It has no name there: it goes with the last file
 * descriptor of this process, however that ends.
 */
#ifndef RMAPSCOPE_BPF_OBJECT_H
#define RMAPSCOPE_BPF_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

struct bpf_object;

/* What is compiled in: the bytes of a skeleton. */
struct bpf_image {
	const char *name;
	const void *(*elf)(size_t *nr_bytes);
	bool of_function; /* its programs are for kernel functions */
};

/*
 * bpf_object_load - load the programs of @image
 *
 * Returns 0; or a negative errno, and why with the remedy in @err. To be closed with
 * bpf_object__close() of libbpf.
 */
int bpf_object_load(struct bpf_object **obj, const struct bpf_image *image, struct error *err);

/* Likewise load it, attach its first program, and take all away. */
int bpf_object_try(const struct bpf_image *image, struct error *err);

#endif
