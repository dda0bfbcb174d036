// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfdata_scan.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/perfdata_sample.h"

/* Samples whose thread is compared with that of the tracepoint's record. */
#define COMPARE 1000

/* PERF_RECORD_MISC_LOST_SAMPLES_BPF: dropped by a filter of the user's */
#define MISC_BY_FILTER (1 << 15)

/* common_pid of a tracepoint's record: struct trace_entry, linux/trace_events.h */
#define COMMON_PID_AT 4

void perfdata_scan_free(struct perfdata_scan *sc)
{
	free(sc->cpu);
	losses_free(&sc->losses);
	times_free(&sc->times);
}

bool perfdata_scan_foreign(const struct perfdata_scan *sc)
{
	return sc->nr_foreign > sc->nr_tids / 2;
}

/* NULL: no memory. */
static struct perfdata_cpu *cpu_of(struct perfdata_scan *sc, uint32_t cpu)
{
	if (cpu >= sc->nr_cpus) {
		struct perfdata_cpu *grown = realloc(sc->cpu, (cpu + 1) * sizeof(*grown));

		if (!grown)
			return NULL;
		memset(grown + sc->nr_cpus, 0, (cpu + 1 - sc->nr_cpus) * sizeof(*grown));
		sc->cpu = grown;
		sc->nr_cpus = cpu + 1;
	}
	return &sc->cpu[cpu];
}

static bool has_cpu(const struct perfdata_where *w)
{
	return w->cpu < ALL_CPUS;
}

static int note_where(struct perfdata_scan *sc, const struct perfdata_where *w)
{
	struct perfdata_cpu *cpu;

	if (!w->time_ns || w->time_ns > INT64_MAX || !has_cpu(w))
		return 0;
	cpu = cpu_of(sc, w->cpu);
	if (!cpu)
		return -ENOMEM;
	if (w->time_ns > cpu->last_ns)
		cpu->last_ns = w->time_ns;
	return times_add(&sc->times, w->time_ns);
}

static void compare_tids(struct perfdata_scan *sc, const struct perfdata_attr *of,
			 struct cursor body)
{
	struct perfdata_sample s;
	int32_t tid;

	if (!perfdata_sample(&of->attr, body, &s) || s.raw_bytes < COMMON_PID_AT + sizeof(tid))
		return;
	memcpy(&tid, s.raw + COMMON_PID_AT, sizeof(tid));
	if (tid <= 0 || s.where.tid <= 0)
		return;
	sc->nr_tids++;
	sc->nr_foreign += tid != s.where.tid;
}

static int scan_sample(struct perfdata_scan *sc, struct perfdata_file *f, struct cursor body)
{
	struct perfdata_attr *of = perfdata_sample_attr(f, body);
	struct perfdata_where w;

	sc->nr_samples++;
	if (!of || !perfdata_sample_where(&of->attr, body, &w))
		return 0; /* the second reading calls it damaged */
	of->nr_samples++;
	if (of->attr.type != PERF_TYPE_TRACEPOINT)
		sc->nr_others++;
	else if (sc->nr_tids < COMPARE)
		compare_tids(sc, of, body);
	return note_where(sc, &w);
}

/*
 * @nr events were lost on a CPU before the record, which was the next one that had room
 * in the CPU's buffer: after the CPU's last one before.
 */
static int scan_lost(struct perfdata_scan *sc, const struct perfdata_where *w, uint64_t nr)
{
	uint64_t end_ns = w->time_ns && w->time_ns <= INT64_MAX ? w->time_ns : LOSS_TO_END_NS;
	struct perfdata_cpu *cpu;

	if (!has_cpu(w))
		return losses_add(&sc->losses, ALL_CPUS, 0, end_ns, nr, LOSS_OVERRUN);
	cpu = cpu_of(sc, w->cpu);
	if (!cpu)
		return -ENOMEM;
	cpu->nr_lost += nr;
	return losses_add(&sc->losses, w->cpu, cpu->last_ns, end_ns, nr, LOSS_OVERRUN);
}

/* Since Linux 6.2 perf record says at its end how many each event lost in all. */
static int scan_dropped(struct perfdata_scan *sc, const struct perfdata_record *rec,
			const struct perfdata_where *w, uint64_t nr)
{
	struct perfdata_cpu *cpu;

	if (rec->misc & MISC_BY_FILTER)
		return 0;
	if (w->time_ns || !has_cpu(w))
		return scan_lost(sc, w, nr);
	cpu = cpu_of(sc, w->cpu);
	if (!cpu)
		return -ENOMEM;
	cpu->nr_dropped += nr;
	return 0;
}

/*
 * PERF_RECORD_MMAP of the kernel is named after a symbol, whose address is in place of
 * the file offset (tools/perf/util/synthetic-events.c).
 */
static void scan_mmap(struct perfdata_scan *sc, struct cursor c)
{
	static const char kernel[] = "[kernel.kallsyms]";
	uint64_t addr;
	const char *name;

	take(&c, 2 * sizeof(uint32_t) + 2 * sizeof(uint64_t)); /* pid, tid, start, length */
	addr = take_u64(&c);
	name = take_string(&c);
	if (!name || strncmp(name, kernel, sizeof(kernel) - 1) || !name[sizeof(kernel) - 1])
		return;
	name += sizeof(kernel) - 1;
	if (strlen(name) >= sizeof(sc->anchor.name) || sc->anchor.name[0])
		return;
	strcpy(sc->anchor.name, name);
	sc->anchor.addr = addr;
}

static int scan_record(struct perfdata_scan *sc, struct perfdata_file *f,
		       struct perfdata_record *rec)
{
	struct perfdata_where w;
	uint64_t nr;
	int ret = 0;

	sc->nr_records++;
	if (rec->type >= PERFDATA_HEADER_ATTR)
		return 0;
	if (rec->type == PERF_RECORD_SAMPLE)
		return scan_sample(sc, f, rec->body);
	if (!perfdata_where(f, &rec->body, &w))
		return 0;
	if (rec->type == PERF_RECORD_MMAP)
		scan_mmap(sc, rec->body);
	if (rec->type == PERF_RECORD_LOST)
		take_u64(&rec->body); /* id */
	nr = take_u64(&rec->body);
	if (rec->type == PERF_RECORD_LOST && !rec->body.bad)
		ret = scan_lost(sc, &w, nr);
	else if (rec->type == PERF_RECORD_LOST_SAMPLES && !rec->body.bad)
		ret = scan_dropped(sc, rec, &w, nr);
	return ret ?: note_where(sc, &w);
}

/* A loss whose bounds are of records astray: from the first time on, or to the end. */
static void bound_losses(struct perfdata_scan *sc)
{
	uint32_t i;

	for (i = 0; i < sc->losses.nr; i++) {
		struct event *ev = &sc->losses.ev[i];

		if (times_astray(&sc->times, ev->time_ns))
			ev->time_ns = ev->time_ns ? sc->times.first_ns : 0;
		if (times_astray(&sc->times, ev->loss.end_ns))
			ev->loss.end_ns = LOSS_TO_END_NS;
	}
}

/*
 * What was lost behind the last event of a CPU, and behind the end of a file that is cut; and on
 * CPUs that were not recorded, where a wait may have ended, and another begun.
 */
static int scan_end(struct perfdata_scan *sc, const struct perfdata_file *f)
{
	uint32_t i;
	int ret = 0;

	times_end(&sc->times);
	for (i = 0; i < sc->nr_cpus && !ret; i++) {
		const struct perfdata_cpu *cpu = &sc->cpu[i];

		if (cpu->nr_dropped > cpu->nr_lost)
			ret = losses_add(&sc->losses, i, cpu->last_ns, LOSS_TO_END_NS,
					 cpu->nr_dropped - cpu->nr_lost, LOSS_OVERRUN);
	}
	if (!ret && (sc->cut || sc->damaged))
		ret = losses_add(&sc->losses, ALL_CPUS, sc->times.last_ns, LOSS_TO_END_NS, 0,
				 LOSS_DAMAGED_INPUT);
	if (!ret && perfdata_nr_chosen_cpus(f))
		ret = losses_add(&sc->losses, ALL_CPUS, 0, LOSS_TO_END_NS, 0, LOSS_NOT_RECORDED);
	bound_losses(sc);
	return ret;
}

int perfdata_scan(struct perfdata_scan *sc, struct perfdata_file *f, struct error *err)
{
	struct perfdata_record rec;
	int ret, failed = 0;

	memset(sc, 0, sizeof(*sc));
	while (!failed && (ret = perfdata_next(f, &rec, err)) > 0)
		failed = scan_record(sc, f, &rec);
	if (!failed && ret < 0)
		return ret;
	sc->cut = f->cut || f->ends_early;
	sc->damaged = f->damaged;
	sc->why = f->why;
	sc->end_at = f->at;
	if (!failed)
		failed = scan_end(sc, f);
	perfdata_rewind(f);
	return failed ? error_set(err, failed, "out of memory") : 0;
}
