// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_ladder.h"

#include <stddef.h>

#include "collector/bpf/try_function.skel.h"
#include "collector/bpf/try_tracepoint.skel.h"
#include "collector/bpf_object.h"
#include "collector/chain_now.h"

static const struct bpf_image images[NR_BPF_RUNGS] = {
	[BPF_RUNG_TRACEPOINT] = { .name = "try_tracepoint", .elf = try_tracepoint_bpf__elf_bytes },
	[BPF_RUNG_FUNCTION] = { .name = "try_function",
				.elf = try_function_bpf__elf_bytes,
				.of_function = true },
};

int bpf_rung_try(enum bpf_rung rung, struct error *err)
{
	struct chain_now chain;
	int ret;

	if (rung != BPF_RUNG_STATE)
		return bpf_object_try(&images[rung], err);
	ret = chain_now_read(&chain, err);
	chain_now_free(&chain);
	return ret;
}
