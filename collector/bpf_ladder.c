// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_ladder.h"

#include <stdbool.h>

#include "collector/bpf_samples.h"
#include "collector/bpf_waits.h"
#include "collector/chain_now.h"

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
		return bpf_waits_try(false, err);
	case BPF_RUNG_SAMPLES:
		return bpf_samples_try(err);
	default:
		return bpf_waits_try(true, err);
	}
}
