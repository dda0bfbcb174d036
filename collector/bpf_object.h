/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A BPF object in the kernel. It has no name there, so the kernel removes it with the
 * last file descriptor of this process, however the process ends.
 */
#ifndef RMAPSCOPE_BPF_OBJECT_H
#define RMAPSCOPE_BPF_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

struct bpf_link;
struct bpf_object;
struct bpf_program;

/* What is compiled in: the bytes of a skeleton. */
struct bpf_image {
	const char *name;
	const void *(*elf)(size_t *nr_bytes);
	bool of_function; /* its programs are for kernel functions */
	/*
	 * Called with @ctx before it is loaded; returns 0 or a negative errno. NULL: nothing is
	 * to do.
	 */
	int (*prepare)(struct bpf_object *obj, void *ctx);
	void *ctx;
};

/*
 * bpf_object_load - load the programs of @image
 *
 * Returns 0; or a negative errno, and why with the remedy in @err. To be closed with
 * bpf_object__close() of libbpf.
 */
int bpf_object_load(struct bpf_object **obj, const struct bpf_image *image, struct error *err);

/*
 * bpf_object_attach - attach the next program of @obj, which was loaded of @image
 * @prog: the program before, and then the one attached; NULL: the first, and none
 * @link: of the program; to be destroyed with bpf_link__destroy() of libbpf
 *
 * Programs that were not loaded are left out. Returns 0, or as bpf_object_load().
 */
int bpf_object_attach(struct bpf_object *obj, const struct bpf_image *image,
		      struct bpf_program **prog, struct bpf_link **link, struct error *err);

/*
 * bpf_object_attach_all - likewise each program of @obj, but no more than @max
 * @link: of them; *@nr is how many there are, also if it fails
 */
int bpf_object_attach_all(struct bpf_object *obj, const struct bpf_image *image,
			  struct bpf_link **link, unsigned int max, unsigned int *nr,
			  struct error *err);

#endif
