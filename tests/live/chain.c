// SPDX-License-Identifier: GPL-2.0-only
/*
 * chain ROUNDS [MAPS]: stages a chain of three threads on any kernel, ROUNDS
 * times. It lasts the longer the more mappings (24) there are.
 *
 *	chain/c	punches a hole into a file that is mapped many times: holds its
 *		i_mmap_rwsem for reading while all these mappings are zapped
 *		(unmap_mapping_pages(), mm/memory.c)
 *	chain/b	forks: holds its mmap_lock for writing and wants that
 *		i_mmap_rwsem, for it maps the file, too (dup_mmap(), mm/mmap.c)
 *	chain/a	of the same process maps memory: wants that mmap_lock
 *
 * Prints the ids of the three threads.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES	      (64UL << 20)
#define NR_MAPS	      24
#define MAX_MAPS      16384
/* the kernel tells nobody that it holds a lock: give each a head start */
#define HEAD_START_US 3000

/* Shared by both processes. */
struct turns {
	sem_t zap_begins[2]; /* for chain/b, chain/a */
	sem_t done[2];	     /* from them */
};

static struct turns *turns;
static int nr_rounds, nr_maps = NR_MAPS;
static pid_t mapper_tid;

static void *map_memory(void *arg)
{
	int i;
	char *p;

	prctl(PR_SET_NAME, "chain/a");
	mapper_tid = gettid();
	sem_post(arg);
	for (i = 0; i < nr_rounds; i++) {
		sem_wait(&turns->zap_begins[1]);
		usleep(2 * HEAD_START_US);
		p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			err(1, "mmap");
		munmap(p, 4096);
		sem_post(&turns->done[1]);
	}
	return NULL;
}

/* chain/c: a process of its own, whose mmap_lock is nobody else's concern */
static void punch_holes(int fd)
{
	static char *map[MAX_MAPS];
	int i, round;

	prctl(PR_SET_NAME, "chain/c");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (round = 0; round < nr_rounds; round++) {
		for (i = 0; i < nr_maps; i++) {
			map[i] = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_POPULATE, fd, 0);
			if (map[i] == MAP_FAILED)
				err(1, "mmap");
		}
		sem_post(&turns->zap_begins[0]);
		sem_post(&turns->zap_begins[1]);
		if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, BYTES))
			err(1, "fallocate");
		sem_wait(&turns->done[0]);
		sem_wait(&turns->done[1]);
		for (i = 0; i < nr_maps; i++)
			munmap(map[i], BYTES);
	}
	_exit(0);
}

static void fork_a_child(void)
{
	pid_t child;

	sem_wait(&turns->zap_begins[0]);
	usleep(HEAD_START_US);
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	sem_post(&turns->done[0]);
}

int main(int argc, char **argv)
{
	int fd = memfd_create("chain", MFD_CLOEXEC), i;
	pthread_t thread;
	sem_t started;
	pid_t puncher;

	nr_rounds = argc > 1 ? atoi(argv[1]) : 0;
	if (argc > 2)
		nr_maps = atoi(argv[2]);
	if (argc > 3 || nr_rounds <= 0 || nr_maps <= 0 || nr_maps > MAX_MAPS)
		errx(2, "chain ROUNDS [MAPS], 1..%d", MAX_MAPS);
	turns = mmap(NULL, sizeof(*turns), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (fd < 0 || ftruncate(fd, BYTES) || turns == MAP_FAILED)
		err(1, "no memory");
	for (i = 0; i < 2; i++) {
		sem_init(&turns->zap_begins[i], 1, 0);
		sem_init(&turns->done[i], 1, 0);
	}
	puncher = fork();
	if (!puncher)
		punch_holes(fd);
	if (puncher < 0 || mmap(NULL, BYTES, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		err(1, "no memory");
	prctl(PR_SET_NAME, "chain/b");
	sem_init(&started, 0, 0);
	if (pthread_create(&thread, NULL, map_memory, &started))
		errx(1, "no thread");
	sem_wait(&started);
	for (i = 0; i < nr_rounds; i++)
		fork_a_child();
	pthread_join(thread, NULL);
	waitpid(puncher, NULL, 0);
	printf("a=%d b=%d c=%d\n", mapper_tid, getpid(), puncher);
	return 0;
}
