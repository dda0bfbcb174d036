// SPDX-License-Identifier: GPL-2.0-only
/*
 * ui-frames [MISSED]: a thread that draws 60 frames a second, and misses some, because
 * others hold a lock that it needs; and which frames, and what the others did meanwhile.
 *
 *	RenderThread	draws each frame (its GPU does: it sleeps), then needs a page of the
 *			heap that the collectors have not come to, and moves it itself,
 *			as programs on Android do. A frame that is not through with that
 *			when the next one is due is missed
 *	collector/0..3	move pages of the heap with UFFDIO_MOVE, between the same two VMAs
 *
 * In turn, each phase for LEAST_S, and until MISSED frames (8) have been missed because of it:
 *
 *	quiet		no collector: no frame is missed because of one
 *	tlb		on all CPUs threads of the program run (app): each move has to flush
 *			all of their TLBs while it holds the lock
 *	preempted	collector/0 has the lowest priority, and a CPU with a thread that is busy
 *			most of the time (hog): it is preempted while it holds the lock. The
 *			other collectors pause between moves
 *	asleep		the same, and trim splits and merges VMAs that share the heap's
 *			anon_vma: it sleeps for that lock, with the mmap_lock held.
 *			RenderThread maps a buffer, which needs the mmap_lock
 */
#include "../workloads/move.h"
#include "calls.h"
#include <sched.h>
#include <sys/prctl.h>

#define PERIOD_NS     16666667UL
#define SLACK_NS      5000000UL
#define NR_COLLECTORS 4
#define NR_PAGES      64UL	  /* of each collector */
#define PART_BYTES    (2UL << 20) /* each thread has a page table of its own: see need_lock() */
#define HEAP_BYTES    ((NR_COLLECTORS + 1) * PART_BYTES)
#define TAIL_PAGES    2UL
#define PAUSE_US      1000
#define OFF_US	      10000 /* between looks whether there is work */
#define HOG_NS	      40000000UL
#define HOG_PAUSE_US  3000
#define HOG_MOVES     3 /* that collector/0 makes between the two */
#define CALM_US	      200000
#define MIN_CPUS      (NR_COLLECTORS + 2)
#define MAX_CPUS      64
#define MAX_FRAMES    16384
#define MAX_SLOW      65536
#define LEAST_S	      4		/* of a phase: some whole seconds are within */
#define SLOW_NS	      1000000UL /* other threads' calls are kept from this on */

/* Kinds of threads. */
enum {
	COLLECTOR = 1 << 0,
	APP = 1 << 1,
	HOG = 1 << 2,
	TRIM = 1 << 3,
};

struct phase {
	const char *name;
	unsigned int at_work; /* which kinds */
	double most_s;	      /* it lasts no longer */
};

static const struct phase phases[] = {
	{ "quiet", 0, 2 },
	{ "tlb", COLLECTOR | APP, 15 },
	{ "preempted", COLLECTOR | HOG, 15 },
	{ "asleep", COLLECTOR | HOG | TRIM, 15 },
};

#define NR_PHASES (sizeof(phases) / sizeof(*phases))

/* What became of a phase. */
struct result {
	uint64_t start_ns, end_ns;
	unsigned long nr_frames, nr_moves, nr_tlb_interrupts;
};

struct frame {
	const struct phase *phase;
	uint64_t start_ns, end_ns;
	struct call call;
};

/* A thread, and the calls of it that took long. */
struct worker {
	const char *name;
	int cpu; /* the only one that it may use; negative: any but the last, RenderThread's */
	unsigned int kind;
	void (*work)(struct worker *w, const struct phase *phase);
	unsigned int nr; /* of the collectors */
	bool idle;	 /* runs only where nothing else wants to, in phases with a hog */
	pid_t tid;
	struct call *slow;
	unsigned long nr_slow;
};

static atomic_ulong nr_moves, nr_idle_moves, nr_frames, nr_workers;
/*
 * RenderThread begins a phase with a frame, so that each frame is of one phase, and the
 * others are there before it and gone before it goes: what it does but draw needs the
 * mmap_lock, too. NULL: it is over.
 */
static _Atomic(const struct phase *) next_on = &phases[0], now_on = &phases[0];
static struct frame frames[MAX_FRAMES];
static struct result results[NR_PHASES];
static char *side[2], *tail, *buffer;
static int uffd;

static void use_cpu(int cpu)
{
	cpu_set_t cpus;
	int nr = sysconf(_SC_NPROCESSORS_ONLN);

	CPU_ZERO(&cpus);
	for (int i = 0; i < nr; i++)
		if (cpu < 0 ? i != nr - 1 : i == cpu)
			CPU_SET(i, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("sched_setaffinity");
}

static void use_policy(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param))
		die("sched_setscheduler");
}

static void keep_if_slow(struct worker *w, const struct call *c)
{
	if (c->ns < SLOW_NS)
		return;
	if (w->nr_slow == MAX_SLOW) {
		errno = ENOBUFS;
		die("slow calls");
	}
	w->slow[w->nr_slow++] = *c;
}

/* Moves its pages to the other side; beside a hog, only the idle one without pauses. */
static void collect(struct worker *w, const struct phase *phase)
{
	static __thread int from;
	struct meter m;
	struct call c;

	for (unsigned long i = 0; i < NR_PAGES; i++) {
		size_t at = w->nr * PART_BYTES + i * PAGE_BYTES;

		call_begin(&m);
		move_page(uffd, side[!from] + at, side[from] + at);
		c = call_end(&m);
		keep_if_slow(w, &c);
		atomic_fetch_add(&nr_moves, 1);
		if (w->idle)
			atomic_fetch_add(&nr_idle_moves, 1);
		else if (phase->at_work & HOG)
			usleep(CALM_US);
	}
	from = !from;
}

/* The page's VMA is split from its neighbour's, and merged with it. */
static void trim(struct worker *w, const struct phase *phase)
{
	static const int advices[] = { MADV_DONTFORK, MADV_DOFORK };
	struct meter m;
	struct call c;

	(void)phase;
	for (int i = 0; i < 2; i++) {
		call_begin(&m);
		if (madvise(tail + PAGE_BYTES, PAGE_BYTES, advices[i]))
			die("madvise");
		c = call_end(&m);
		keep_if_slow(w, &c);
		usleep(PAUSE_US);
	}
}

/* It wakes up while collector/0 is at work, and takes its CPU away. */
static void hog(struct worker *w, const struct phase *phase)
{
	uint64_t end_ns = now_ns() + HOG_NS;
	unsigned long nr = atomic_load(&nr_idle_moves);

	(void)w;
	while (now_ns() < end_ns)
		;
	while (atomic_load(&now_on) == phase && atomic_load(&nr_idle_moves) < nr + HOG_MOVES)
		usleep(HOG_PAUSE_US);
}

static void be_there(struct worker *w, const struct phase *phase)
{
	(void)w;
	(void)phase;
	for (int i = 0; i < 100000; i++)
		atomic_signal_fence(memory_order_seq_cst);
}

static void *run(void *arg)
{
	struct worker *w = arg;
	const struct phase *phase, *before = NULL;

	prctl(PR_SET_NAME, w->name);
	use_cpu(w->cpu);
	w->slow = calloc(MAX_SLOW, sizeof(*w->slow));
	if (!w->slow)
		die("calloc");
	w->tid = syscall(SYS_gettid);
	atomic_fetch_add(&nr_workers, 1);
	while ((phase = atomic_load(&now_on))) {
		if (phase != before && w->idle)
			use_policy((phase->at_work & HOG) || w->kind == APP ? SCHED_IDLE
									    : SCHED_OTHER,
				   0);
		before = phase;
		if (phase->at_work & w->kind)
			w->work(w, phase);
		else
			usleep(OFF_US);
	}
	atomic_fetch_sub(&nr_workers, 1);
	return NULL;
}

static void sleep_until(uint64_t ns)
{
	struct timespec ts = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL))
		;
}

/*
 * Takes one lock that others hold, and no other such. Not that of a page table, either,
 * which a move holds, too, while it flushes TLBs.
 */
static struct call need_lock(const struct phase *phase, int *from)
{
	const size_t at = NR_COLLECTORS * PART_BYTES;
	struct meter m;
	struct call c;

	call_begin(&m);
	if (!(phase->at_work & TRIM))
		move_page(uffd, side[!*from] + at, side[*from] + at);
	else if (mmap(buffer, PAGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		      0) == MAP_FAILED)
		die("mmap");
	c = call_end(&m);
	if (!(phase->at_work & TRIM))
		*from = !*from;
	return c;
}

static void *draw(void *arg)
{
	uint64_t due_ns = now_ns() + PERIOD_NS;
	const struct phase *phase;
	int from = 0;

	prctl(PR_SET_NAME, "RenderThread");
	use_cpu(sysconf(_SC_NPROCESSORS_ONLN) - 1);
	use_policy(SCHED_FIFO, 1);
	*(pid_t *)arg = syscall(SYS_gettid);
	while ((phase = atomic_load(&next_on))) {
		unsigned long nr = atomic_load(&nr_frames);
		struct frame *f = &frames[nr];

		if (nr == MAX_FRAMES) {
			errno = ENOBUFS;
			die("frames");
		}
		atomic_store(&now_on, phase);
		f->phase = phase;
		f->start_ns = due_ns - PERIOD_NS;
		sleep_until(due_ns - SLACK_NS);
		f->call = need_lock(phase, &from);
		f->end_ns = now_ns();
		while (due_ns <= f->end_ns)
			due_ns += PERIOD_NS;
		sleep_until(due_ns);
		due_ns += PERIOD_NS;
		atomic_store(&nr_frames, nr + 1);
	}
	atomic_store(&now_on, NULL);
	while (atomic_load(&nr_workers))
		usleep(PAUSE_US);
	return NULL;
}

/*
 * The heap is two VMAs of what was one, so that they share an anon_vma: all moves need the
 * same lock, as in a collection, which moves all pages from one area. Only the first has
 * pages. Behind the second one is the tail, which is not registered.
 */
static void make_heap(void)
{
	const size_t gap = PART_BYTES, all = 2 * HEAP_BYTES + gap + TAIL_PAGES * PAGE_BYTES;

	side[0] = map_alone(all, PART_BYTES);
	side[1] = side[0] + HEAP_BYTES + gap;
	tail = side[1] + HEAP_BYTES;
	touch(side[0], all, 1);
	if (mprotect(side[0] + HEAP_BYTES, gap, PROT_NONE))
		die("mprotect");
	forget_pages(side[1], HEAP_BYTES);
	uffd = open_uffd();
	register_area(uffd, side[0], HEAP_BYTES);
	register_area(uffd, side[1], HEAP_BYTES);
	buffer = map_alone(PAGE_BYTES, PAGE_BYTES);
}

static bool missed(const struct frame *f)
{
	return f->end_ns > f->start_ns + PERIOD_NS;
}

/*
 * Whether it slept for too long at once, so that the frame is missed. Where the kernel lets
 * no real-time thread run all the time, it took the CPU away, and how long is not known.
 */
static bool slept_long(const struct call *c)
{
	return !c->nr_preempted && c->nr_slept && c->off_ns >= SLACK_NS * c->nr_slept;
}

/* Frames of a phase, from number @first on, that were missed because of that. */
static unsigned long count_missed(const struct phase *phase, unsigned long first)
{
	unsigned long i, nr = 0, end = atomic_load(&nr_frames);

	for (i = first; i < end; i++)
		nr += frames[i].phase == phase && slept_long(&frames[i].call);
	return nr;
}

/* Interrupts of all CPUs that asked for a TLB flush. */
static unsigned long tlb_interrupts(void)
{
	FILE *f = fopen("/proc/interrupts", "r");
	unsigned long nr, sum = 0;
	char word[32];

	if (!f)
		die("/proc/interrupts");
	while (fscanf(f, "%31s", word) == 1 && strcmp(word, "TLB:"))
		;
	while (fscanf(f, "%lu", &nr) == 1)
		sum += nr;
	fclose(f);
	return sum;
}

static void run_phase(unsigned int i, unsigned long wanted)
{
	struct result *r = &results[i];
	unsigned long first = atomic_load(&nr_frames), moves = atomic_load(&nr_moves);
	unsigned long interrupts = tlb_interrupts();
	double least = now() + LEAST_S, end = now() + phases[i].most_s;

	r->start_ns = now_ns();
	atomic_store(&next_on, &phases[i]);
	while (now() < end && (now() < least || count_missed(&phases[i], first) < wanted))
		usleep(100000);
	r->end_ns = now_ns();
	r->nr_frames = atomic_load(&nr_frames) - first;
	r->nr_moves = atomic_load(&nr_moves) - moves;
	r->nr_tlb_interrupts = tlb_interrupts() - interrupts;
}

static void print_call(const char *prefix, const struct call *c)
{
	printf(" %sstart_ns=%lu %sns=%lu off_ns=%lu most_off_ns=%lu preempted=%ld slept=%ld\n",
	       prefix, c->start_ns, prefix, c->ns, c->off_ns, c->most_off_ns, c->nr_preempted,
	       c->nr_slept);
}

/* The frame, and the slow calls of other threads during its own. */
static void print_frame(const struct frame *f, const struct worker *workers, unsigned int nr)
{
	const struct worker *w;

	printf("frame=%lu phase=%s end_ns=%lu late_ns=%lu", f->start_ns, f->phase->name, f->end_ns,
	       missed(f) ? f->end_ns - f->start_ns - PERIOD_NS : 0);
	print_call("call_", &f->call);
	for (w = workers; w < workers + nr; w++) {
		for (unsigned long i = 0; i < w->nr_slow; i++) {
			if (!calls_overlap(&w->slow[i], &f->call))
				continue;
			printf("during=%lu phase=%s thread=%s tid=%d", f->start_ns, f->phase->name,
			       w->name, w->tid);
			print_call("", &w->slow[i]);
		}
	}
}

/* Collectors come first, then trim, then hog. */
static void print_summary(pid_t ui, const struct worker *workers)
{
	printf("workload=ui-frames pid=%d ui=%d slack_ns=%lu", getpid(), ui, SLACK_NS);
	for (int i = 0; i < 2; i++)
		printf(" area_%c=%lx-%lx", 'a' + i, (unsigned long)side[i],
		       (unsigned long)side[i] + HEAP_BYTES);
	for (int i = 0; i < NR_COLLECTORS; i++)
		printf("%s%d", i ? "," : " collectors=", workers[i].tid);
	printf(" trim=%d hog=%d\n", workers[NR_COLLECTORS].tid, workers[NR_COLLECTORS + 1].tid);
}

static void print_phases(void)
{
	for (unsigned int i = 0; i < NR_PHASES; i++)
		printf("phase=%s start_ns=%lu end_ns=%lu frames=%lu missed=%lu moves=%lu tlb_interrupts=%lu\n",
		       phases[i].name, results[i].start_ns, results[i].end_ns, results[i].nr_frames,
		       count_missed(&phases[i], 0), results[i].nr_moves,
		       results[i].nr_tlb_interrupts);
}

/* Fills @workers; returns how many. */
static unsigned int make_workers(struct worker *workers, unsigned int nr_cpus)
{
	static const char *const names[NR_COLLECTORS] = { "collector/0", "collector/1",
							  "collector/2", "collector/3" };
	const struct worker app = { .name = "app", .kind = APP, .work = be_there, .idle = true };
	unsigned int nr = 0, i;

	for (i = 0; i < NR_COLLECTORS; i++)
		workers[nr++] = (struct worker){ .name = names[i],
						 .cpu = i,
						 .kind = COLLECTOR,
						 .work = collect,
						 .nr = i,
						 .idle = !i };
	workers[nr++] = (struct worker){ .name = "trim", .cpu = -1, .kind = TRIM, .work = trim };
	workers[nr++] = (struct worker){ .name = "hog", .cpu = 0, .kind = HOG, .work = hog };
	for (i = 0; i < nr_cpus; i++) {
		workers[nr] = app;
		workers[nr++].cpu = i;
	}
	return nr;
}

int main(int argc, char **argv)
{
	static struct worker workers[NR_COLLECTORS + 2 + MAX_CPUS];
	pthread_t threads[NR_COLLECTORS + 2 + MAX_CPUS], ui;
	unsigned long wanted = argc > 1 ? atol(argv[1]) : 8, i;
	unsigned int nr, nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t ui_tid = 0;

	if (nr_cpus < MIN_CPUS || nr_cpus > MAX_CPUS) {
		fprintf(stderr, "ui-frames needs %d to %d CPUs\n", MIN_CPUS, MAX_CPUS);
		return 1;
	}
	/* khugepaged would take the mmap_lock */
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		die("PR_SET_THP_DISABLE");
	make_heap();
	nr = make_workers(workers, nr_cpus);
	for (i = 0; i < nr; i++)
		start_thread(&threads[i], run, &workers[i]);
	while (atomic_load(&nr_workers) < nr)
		usleep(PAUSE_US);
	start_thread(&ui, draw, &ui_tid);
	for (i = 0; i < NR_PHASES; i++)
		run_phase(i, wanted);
	atomic_store(&next_on, NULL);
	pthread_join(ui, NULL);
	for (i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);

	print_summary(ui_tid, workers);
	print_phases();
	for (i = 0; i < nr_frames; i++)
		if (missed(&frames[i]) || frames[i].call.ns >= SLACK_NS)
			print_frame(&frames[i], workers, nr);
	return 0;
}
