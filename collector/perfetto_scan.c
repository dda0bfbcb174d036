// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_scan.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/perfetto_tasks.h"
#include "lib/hash.h"

/* A file that claims more is not one of a recorder. */
#define MAX_TASKS     (1U << 18)
#define MAX_SEQUENCES 65536

/* A sequence of packets. */
struct sequence {
	UT_hash_handle hh;
	uint32_t id;
};

struct scanning {
	struct perfetto_scan *sc;
	struct perfetto_bundles *b;
	struct sequence *sequences;
};

void perfetto_scan_free(struct perfetto_scan *sc)
{
	struct perfetto_task *task, *tmp;

	HASH_ITER(hh, sc->tasks, task, tmp) {
		HASH_DEL(sc->tasks, task);
		free(task);
	}
	losses_free(&sc->losses);
	perfetto_tracks_free(&sc->tracks);
	free(sc->cpu);
}

const struct perfetto_task *perfetto_scan_task(const struct perfetto_scan *sc, int32_t tid)
{
	struct perfetto_task *task;

	HASH_FIND(hh, sc->tasks, &tid, sizeof(tid), task);
	return task;
}

static int add_task(void *ctx, int32_t tid, int32_t tgid, const char comm[COMM_LEN])
{
	struct perfetto_scan *sc = ctx;
	struct perfetto_task *task;

	HASH_FIND(hh, sc->tasks, &tid, sizeof(tid), task);
	if (task && !task->comm[0] && task->tgid == tgid)
		memcpy(task->comm, comm, COMM_LEN);
	if (task || HASH_COUNT(sc->tasks) == MAX_TASKS)
		return 0;
	task = calloc(1, sizeof(*task));
	if (!task)
		return -ENOMEM;
	task->tid = tid;
	task->tgid = tgid;
	memcpy(task->comm, comm, COMM_LEN);
	HASH_ADD(hh, sc->tasks, tid, sizeof(task->tid), task);
	return 0;
}

static int note_event(void *ctx, const struct event *ev)
{
	struct perfetto_scan *sc = ctx;

	sc->seen[ev->id] = true;
	return 0;
}

/* Events are missing on every CPU from here on, to its next one. */
static void gap_everywhere(struct perfetto_scan *sc, enum stored_value reason)
{
	unsigned int i;

	for (i = 0; i < PERFETTO_MAX_CPUS; i++) {
		sc->cpu[i].gap = true;
		sc->cpu[i].reason = reason;
	}
}

/* Whether events are missing between the last one of a CPU and the bundle. */
static bool begins_with_gap(const struct perfetto_cpu *cpu, const struct perfetto_bundle *bundle)
{
	return bundle->lost || cpu->gap || bundle->prev_end_ns > cpu->last_ns;
}

static int scan_gap(struct perfetto_scan *sc, struct perfetto_cpu *cpu,
		    const struct perfetto_bundle *bundle)
{
	int ret = losses_add(&sc->losses, bundle->cpu, cpu->last_ns, bundle->first_ns, 0,
			     cpu->gap ? cpu->reason : LOSS_OVERRUN);

	cpu->nr_gaps++;
	cpu->gap_nr = sc->losses.nr - 1;
	cpu->gap = false;
	return ret;
}

static int scan_bundle(struct scanning *s, const struct perfetto_packet *p)
{
	struct perfetto_scan *sc = s->sc;
	struct perfetto_bundle bundle;
	struct perfetto_cpu *cpu;
	int ret = perfetto_bundle(s->b, p, &bundle, note_event, sc);

	if (ret)
		return ret;
	if (bundle.cpu >= PERFETTO_MAX_CPUS) {
		gap_everywhere(sc, LOSS_DAMAGED_INPUT);
		return 0;
	}
	sc->nr_bundles++;
	sc->nr_typed_wakings += bundle.nr_typed_wakings;
	sc->nr_hidden_locks += bundle.nr_hidden_locks;
	sc->nr_unnamed += bundle.nr_unnamed;
	sc->nr_unknown_sleeps += bundle.nr_unknown_sleeps;
	cpu = &sc->cpu[bundle.cpu];
	if (!perfetto_clock_fits(&sc->clock, bundle.clock)) {
		sc->nr_other_clock++;
		bundle.first_ns = 0;
		bundle.damaged = true;
	}
	if (bundle.first_ns) {
		if (begins_with_gap(cpu, &bundle))
			ret = scan_gap(sc, cpu, &bundle);
		if (bundle.last_ns > cpu->last_ns)
			cpu->last_ns = bundle.last_ns;
		if (bundle.last_ns > sc->last_ns)
			sc->last_ns = bundle.last_ns;
		if (!sc->first_ns || bundle.first_ns < sc->first_ns)
			sc->first_ns = bundle.first_ns;
	}
	if (bundle.damaged || (bundle.lost && !bundle.first_ns)) {
		cpu->gap = true;
		cpu->reason = bundle.damaged ? LOSS_DAMAGED_INPUT : LOSS_OVERRUN;
	}
	return ret;
}

/* FtraceCpuStats: cpu 1, overrun 3, dropped_events 8 */
static void scan_cpu_stats(struct perfetto_scan *sc, struct cursor c, bool at_end)
{
	uint64_t nr = 0, lost = 0;
	struct proto_field f;

	while (proto_next(&c, &f)) {
		if (f.number == 1)
			nr = f.value;
		else if (f.number == 3 || f.number == 8)
			lost += f.value;
	}
	if (nr >= PERFETTO_MAX_CPUS)
		return;
	if (at_end)
		sc->cpu[nr].lost_end = lost;
	else
		sc->cpu[nr].lost_start = lost;
	sc->cpu[nr].has_stats |= at_end;
}

/* FtraceStats: phase 1, cpu_stats 2, unknown and failed events 6 and 7 */
static void scan_ftrace_stats(struct perfetto_scan *sc, struct cursor c)
{
	struct cursor again = c;
	struct proto_field f;
	bool at_end = false;

	while (proto_next(&c, &f))
		if (f.number == 1)
			at_end = f.value == 2;
	while (proto_next(&again, &f)) {
		if (f.number == 2)
			scan_cpu_stats(sc, f.bytes, at_end);
		else if (f.number == 6 || f.number == 7)
			perfetto_config_refused(&sc->config, &f);
	}
}

/* TraceStats.buffer_stats 1: chunks_discarded 18 */
static void scan_trace_stats(struct perfetto_scan *sc, struct cursor c)
{
	struct proto_field f, of;

	sc->nr_discarded = 0;
	while (proto_next(&c, &f))
		while (f.number == 1 && proto_next(&f.bytes, &of))
			if (of.number == 18)
				sc->nr_discarded += of.value;
}

/* SystemInfo.utsname 1: release 3 */
static void scan_system(struct perfetto_scan *sc, struct cursor c)
{
	struct proto_field f, of;

	while (proto_next(&c, &f))
		while (f.number == 1 && proto_next(&f.bytes, &of))
			if (of.number == 3)
				proto_text(&of, sc->release, sizeof(sc->release));
}

static void scan_frame(struct perfetto_scan *sc, const struct perfetto_packet *p)
{
	unsigned int i = 0;

	while (i < PERFETTO_FRAME_CLOCKS - 1 && sc->frames_of[i].nr &&
	       sc->frames_of[i].clock_id != p->clock_id)
		i++;
	sc->frames_of[i].clock_id = p->clock_id;
	sc->frames_of[i].nr++;
	sc->seen[EVENT_FRAME_START] = true;
}

/* Packets are missing before @p: those of any CPU, if it is of a writer of such. */
static int scan_sequence(struct scanning *s, const struct perfetto_packet *p)
{
	struct sequence *seq;

	s->sc->starts_told |= p->first;
	if (p->what != PERFETTO_BUNDLE)
		return 0;
	HASH_FIND(hh, s->sequences, &p->sequence, sizeof(p->sequence), seq);
	/* the first packet of an old recorder's sequence is always marked so */
	if (p->dropped && (seq || (s->sc->starts_told && !p->first)))
		gap_everywhere(s->sc, LOSS_OVERRUN);
	if (seq || HASH_COUNT(s->sequences) == MAX_SEQUENCES)
		return 0;
	seq = calloc(1, sizeof(*seq));
	if (!seq)
		return -ENOMEM;
	seq->id = p->sequence;
	HASH_ADD(hh, s->sequences, id, sizeof(seq->id), seq);
	return 0;
}

static int scan_packet(struct scanning *s, struct cursor c)
{
	struct perfetto_scan *sc = s->sc;
	struct perfetto_packet p;
	int ret;

	if (c.bad || !perfetto_packet(c, &p)) {
		gap_everywhere(sc, LOSS_DAMAGED_INPUT);
		return perfetto_tracks_gap(&sc->tracks);
	}
	ret = perfetto_names_learn(&s->b->names, &p) ?: scan_sequence(s, &p);
	if (!ret)
		ret = perfetto_tracks_packet(&sc->tracks, &p);
	if (ret)
		return ret;
	switch (p.what) {
	case PERFETTO_BUNDLE:
		return scan_bundle(s, &p);
	case PERFETTO_PROCESS_TREE:
	case PERFETTO_PROCESS_STATS:
		return perfetto_tasks(&p, add_task, sc);
	case PERFETTO_CLOCKS:
		perfetto_clock_snapshot(&sc->clock, p.body);
		break;
	case PERFETTO_CONFIG:
		perfetto_config(&sc->config, p.body);
		break;
	case PERFETTO_FTRACE_STATS:
		scan_ftrace_stats(sc, p.body);
		break;
	case PERFETTO_TRACE_STATS:
		scan_trace_stats(sc, p.body);
		break;
	case PERFETTO_SYSTEM:
		scan_system(sc, p.body);
		break;
	case PERFETTO_FRAME:
		scan_frame(sc, &p);
		break;
	default:
		break;
	}
	return 0;
}

/* The number of events that CPU @nr lost is known: of one gap, or of one at the end. */
static int scan_total(struct perfetto_scan *sc, unsigned int nr)
{
	struct perfetto_cpu *cpu = &sc->cpu[nr];
	const uint64_t lost = cpu->lost_end > cpu->lost_start ? cpu->lost_end - cpu->lost_start : 0;

	if (!cpu->has_stats || !lost)
		return 0;
	if (!cpu->nr_gaps)
		return losses_add(&sc->losses, nr, cpu->last_ns, LOSS_TO_END_NS, lost,
				  LOSS_OVERRUN);
	if (cpu->nr_gaps == 1 && sc->losses.ev[cpu->gap_nr].loss.reason == LOSS_OVERRUN)
		sc->losses.ev[cpu->gap_nr].loss.nr_lost = lost < INT32_MAX ? lost : INT32_MAX;
	return 0;
}

static bool may_be(void *ctx, int32_t tid, int32_t tgid)
{
	const struct perfetto_task *task = perfetto_scan_task(ctx, tid);

	return !task || !tgid || task->tgid == tgid;
}

static int scan_tracks(struct perfetto_scan *sc, bool ends_early)
{
	const struct perfetto_whole whole = {
		.clock = &sc->clock,
		.first_ns = sc->first_ns,
		.last_ns = sc->last_ns,
		.may_be = may_be,
		.ctx = sc,
	};
	int ret = ends_early ? perfetto_tracks_gap(&sc->tracks) : 0;

	if (ret)
		return ret;
	perfetto_tracks_end(&sc->tracks, &whole);
	sc->seen[EVENT_TRACK_BEGIN] = sc->tracks.nr;
	return 0;
}

/* What is missing behind the last event of each CPU, and of each track. */
static int scan_end(struct perfetto_scan *sc)
{
	const bool ends_early = sc->cut || sc->damaged || sc->nr_discarded;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < PERFETTO_MAX_CPUS && !ret; i++) {
		const struct perfetto_cpu *cpu = &sc->cpu[i];

		ret = scan_total(sc, i);
		if (!ret && cpu->last_ns && (cpu->gap || ends_early))
			ret = losses_add(&sc->losses, i, cpu->last_ns, LOSS_TO_END_NS, 0,
					 cpu->gap		  ? cpu->reason
					 : sc->cut || sc->damaged ? LOSS_DAMAGED_INPUT
								  : LOSS_OVERRUN);
	}
	if (!ret)
		ret = scan_tracks(sc, ends_early);
	for (i = 0; i < sc->losses.nr; i++) /* events of another CPU may be earlier */
		if (sc->losses.ev[i].time_ns < sc->first_ns)
			sc->losses.ev[i].time_ns = sc->first_ns;
	return ret;
}

int perfetto_scan(struct perfetto_scan *sc, struct perfetto_file *f, struct perfetto_bundles *b,
		  struct error *err)
{
	struct scanning s = { .sc = sc, .b = b };
	struct sequence *seq, *tmp;
	struct cursor packet;
	int ret = 0, failed = 0;

	memset(sc, 0, sizeof(*sc));
	sc->cpu = calloc(PERFETTO_MAX_CPUS, sizeof(*sc->cpu));
	if (!sc->cpu || perfetto_tracks_init(&sc->tracks))
		return error_set(err, -ENOMEM, "out of memory");
	while (!failed && (ret = perfetto_next(f, &packet, err)) > 0)
		failed = scan_packet(&s, packet);
	HASH_ITER(hh, s.sequences, seq, tmp) {
		HASH_DEL(s.sequences, seq);
		free(seq);
	}
	if (!failed && ret < 0)
		return ret;
	sc->cut = f->cut || f->ends_early;
	sc->damaged = f->damaged;
	sc->end_at = f->at;
	if (!failed)
		failed = scan_end(sc);
	perfetto_rewind(f);
	perfetto_bundles_rewind(b);
	return failed ? error_set(err, failed, "out of memory") : 0;
}
