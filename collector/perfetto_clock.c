// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_clock.h"

#include "lib/clock.h"

/* The clocks are read one after the other; no suspend is so short. */
#define SAME_NS (NSEC_PER_SEC / 1000)

/* ClockSnapshot.clocks 1: clock_id 1, timestamp 2, is_incremental 3, unit_multiplier_ns 4 */
bool perfetto_reading(struct cursor *snapshot, struct perfetto_reading *r)
{
	struct proto_field f, of;

	*r = (struct perfetto_reading){ .unit_ns = 1 };
	do {
		if (!proto_next(snapshot, &f))
			return false;
	} while (f.number != 1);
	while (proto_next(&f.bytes, &of)) {
		if (of.number == 1)
			r->clock_id = of.value;
		else if (of.number == 2)
			r->time = of.value;
		else if (of.number == 3)
			r->adds_up = of.value;
		else if (of.number == 4 && of.value)
			r->unit_ns = of.value;
	}
	return true;
}

void perfetto_clock_snapshot(struct perfetto_clock *clk, struct cursor c)
{
	uint64_t boot_ns = 0, mono_ns = 0, real_ns = 0;
	struct perfetto_reading r;
	int64_t diff_ns;

	while (perfetto_reading(&c, &r)) {
		if (r.clock_id == PERFETTO_CLOCK_MONO)
			mono_ns = r.time;
		else if (r.clock_id == PERFETTO_CLOCK_BOOT)
			boot_ns = r.time;
		else if (r.clock_id == PERFETTO_CLOCK_REAL)
			real_ns = r.time;
	}
	if (!clk->has_real && boot_ns && real_ns && boot_ns <= INT64_MAX && real_ns <= INT64_MAX) {
		clk->has_real = true;
		clk->real_ns = (int64_t)real_ns - (int64_t)boot_ns;
	}
	if (!boot_ns || !mono_ns || boot_ns > INT64_MAX || mono_ns > INT64_MAX)
		return;
	diff_ns = (int64_t)boot_ns - (int64_t)mono_ns;
	if (!clk->nr || diff_ns < clk->min_ns)
		clk->min_ns = diff_ns;
	if (!clk->nr || diff_ns > clk->max_ns)
		clk->max_ns = diff_ns;
	clk->nr++;
}

bool perfetto_clock_fits(struct perfetto_clock *clk, uint32_t ftrace_clock)
{
	if (!clk->known)
		clk->ftrace = ftrace_clock;
	clk->known = true;
	return clk->ftrace == ftrace_clock;
}

/* Whether the difference of boot time and CLOCK_MONOTONIC stayed the same. */
static bool is_one_number(const struct perfetto_clock *clk)
{
	return clk->nr && clk->max_ns - clk->min_ns < (int64_t)SAME_NS &&
	       clk->min_ns > -(int64_t)SAME_NS;
}

bool perfetto_clock_boot(const struct perfetto_clock *clk, uint32_t id, uint64_t time_ns,
			 uint64_t *boot_ns)
{
	if (!time_ns || time_ns > INT64_MAX || clk->ftrace)
		return false;
	*boot_ns = time_ns;
	if (!id || id == PERFETTO_CLOCK_BOOT)
		return true;
	/* less than SAME_NS: as in perfetto_clock_name() */
	if (clk->max_ns >= (int64_t)SAME_NS)
		*boot_ns += clk->max_ns;
	return id == PERFETTO_CLOCK_MONO && is_one_number(clk) && *boot_ns <= INT64_MAX;
}

const char *perfetto_clock_name(const struct perfetto_clock *clk, uint64_t first_ns,
				int64_t *less_ns)
{
	/* FtraceClock */
	static const char *const names[] = { "boot", NULL, "global", "local", "mono_raw" };

	*less_ns = 0;
	if (clk->ftrace)
		return clk->ftrace < sizeof(names) / sizeof(*names) ? names[clk->ftrace] : NULL;
	if (!is_one_number(clk) || clk->max_ns > (int64_t)first_ns)
		return names[0];
	/* boot time is read first: the largest difference is the closest */
	if (clk->max_ns >= (int64_t)SAME_NS)
		*less_ns = clk->max_ns;
	return "mono";
}
