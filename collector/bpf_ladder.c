// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_ladder.h"

#include <stddef.h>

#include "collector/bpf/try_function.skel.h"
#include "collector/bpf_object.h"
#include "collector/bpf_waits.h"
#include "collector/chain_now.h"

static const struct bpf_image function = {
	.name = "try_function",
	.elf = try_function_bpf__elf_bytes,
	.of_function = true,
};

static int try_state(struct error *err)
{
	struct chain_now chain;
	int ret = chain_now_read(&chain, err);

	chain_now_free(&chain);
	return ret;
}

int bpf_rung_try(enum bpf_rung rung, struct error *err)
{
	switch (rung) {
	case BPF_RUNG_STATE:
		return try_state(err);
	case BPF_RUNG_WAITS:
		return bpf_waits_try(err);
	default:
		return bpf_object_try(&function, err);
	}
}
