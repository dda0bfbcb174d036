// SPDX-License-Identifier: GPL-2.0-only
/*
 * tsc-khz: the frequency of this machine's time stamp counter in kHz, which is
 * that of the machines that it emulates, too. Prints nothing where there is none.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>

#define NR_TRIES    1000
#define INTERVAL_NS 100000000ULL

/* The counter and the clock at the same time, as far as can be. */
struct moment {
	uint64_t tsc, ns;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The best of many tries: others may have the CPU in the midst of one. */
static struct moment moment(void)
{
	uint64_t least = UINT64_MAX;
	struct moment best = { 0 };

	for (int i = 0; i < NR_TRIES; i++) {
		uint64_t before = __rdtsc(), ns = now_ns(), after = __rdtsc();

		if (after - before < least) {
			least = after - before;
			best = (struct moment){ before + least / 2, ns };
		}
	}
	return best;
}

int main(void)
{
	const struct timespec interval = { .tv_nsec = INTERVAL_NS };
	struct moment from = moment(), to;

	nanosleep(&interval, NULL);
	to = moment();
	printf("%.0f\n", (to.tsc - from.tsc) * 1e6 / (to.ns - from.ns));
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
