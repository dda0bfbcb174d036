/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a kernel refuses a BPF program, and what to do, as text. */
#ifndef RMAPSCOPE_BPF_REFUSAL_H
#define RMAPSCOPE_BPF_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

/* What was found when a program was refused. */
struct bpf_refusal {
	int code;	   /* the negative errno of libbpf */
	const char *log;   /* of the kernel's verifier; "": it was not asked */
	bool no_btf;	   /* the kernel does not describe its types */
	bool confidential; /* lockdown mode that denies to read the kernel */
	bool privileged;   /* CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN */
	bool of_function;  /* the program is for a kernel function: fentry, kprobe */
};

/* One line without a newline, cut to @room. Returns @text. */
const char *bpf_refusal_text(char *text, size_t room, const struct bpf_refusal *r);

#endif
