// SPDX-License-Identifier: GPL-2.0-only
/* Records of any content through decode(), with the formats of a real kernel. */
#include <errno.h>
#include <stdlib.h>

#include "collector/decode.h"
#include "tests/unit/formats.h"

static struct decoder dec;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct tep_handle *tep;

	(void)argc;
	(void)argv;
	tep = formats_tep();
	formats_add_all(tep);
	return decoder_init(&dec, tep, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kstack_table stacks = { 0 };
	struct event ev;
	int ret = decode(&dec, &stacks, data, size, 1, 2, &ev);

	if (ret != 1 && ret != 0 && ret != -EBADMSG)
		abort();
	if (ret == 1) {
		if (ev.id >= NR_EVENTS || ev.time_ns != 1 || ev.cpu != 2)
			abort();
		if (ev.id == EVENT_KERNEL_STACK &&
		    (!ev.stack || ev.stack->nr_frames > KSTACK_MAX_FRAMES))
			abort();
		if (ev.id == EVENT_SCHED_SWITCH && (ev.sched_switch.prev_comm[COMM_LEN - 1] ||
						    ev.sched_switch.next_comm[COMM_LEN - 1]))
			abort();
	}
	kstack_table_free(&stacks);
	return 0;
}
