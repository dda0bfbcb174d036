// SPDX-License-Identifier: GPL-2.0-only
/* Records of the ring buffer to events, by the formats of the kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/decode.h"
#include "tests/unit/formats.h"
#include "tests/unit/unit.h"

#define LOCK  0xffff888012345678ULL
#define TIME  123456789ULL
#define CPU   3
#define FRAME 0xffffffff81000000ULL

struct decoding {
	struct tep_handle *tep;
	struct decoder dec;
	struct kstack_table stacks;
	struct event ev;
};

/* The formats of a list that ends with NULL: system, format, ... */
static void decoding_init(struct decoding *d, ...)
{
	const char *system;
	va_list ap;

	memset(d, 0, sizeof(*d));
	d->tep = formats_tep();
	va_start(ap, d);
	while ((system = va_arg(ap, const char *)))
		assert_int_equal(formats_add(d->tep, system, va_arg(ap, const char *)), 0);
	va_end(ap);
	assert_int_equal(decoder_init(&d->dec, d->tep, NULL), 0);
}

static void decoding_free(struct decoding *d)
{
	decoder_free(&d->dec);
	kstack_table_free(&d->stacks);
	tep_free(d->tep);
}

/* From memory of exactly @size bytes, so that ASan sees a read beyond. */
static int decode_exactly(struct decoding *d, const void *record, size_t size)
{
	void *copy = malloc(size ? size : 1);
	int ret;

	memcpy(copy, record, size);
	memset(&d->ev, 0xee, sizeof(d->ev));
	ret = decode(&d->dec, &d->stacks, copy, size, TIME, CPU, &d->ev);
	free(copy);
	return ret;
}

static void put(uint8_t *record, size_t at, uint64_t value, size_t bytes)
{
	memcpy(record + at, &value, bytes);
}

static void put_common(uint8_t *record, uint16_t type, uint8_t flags, int32_t pid)
{
	put(record, 0, type, 2);
	put(record, 2, flags, 1);
	put(record, 4, (uint32_t)pid, 4);
}

static void contention_begin_is_read(void **state)
{
	struct decoding d;
	uint8_t rec[20] = { 0 };

	(void)state;
	decoding_init(&d, "lock", FORMAT_CONTENTION_BEGIN, NULL);
	put_common(rec, ID_CONTENTION_BEGIN, 0, 4711);
	put(rec, 8, LOCK, 8);
	put(rec, 16, 4, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.id, EVENT_CONTENTION_BEGIN);
	assert_int_equal(d.ev.time_ns, TIME);
	assert_int_equal(d.ev.cpu, CPU);
	assert_int_equal(d.ev.tid, 4711);
	assert_false(d.ev.in_irq);
	assert_int_equal(d.ev.contention_begin.lock, LOCK);
	assert_int_equal(d.ev.contention_begin.flags, 4);
	decoding_free(&d);
}

static void contention_end_keeps_the_sign_of_its_result(void **state)
{
	struct decoding d;
	uint8_t rec[20] = { 0 };

	(void)state;
	decoding_init(&d, "lock", FORMAT_CONTENTION_END, NULL);
	put_common(rec, ID_CONTENTION_END, 0, 1);
	put(rec, 8, LOCK, 8);
	put(rec, 16, (uint32_t)-EINTR, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.contention_end.lock, LOCK);
	assert_int_equal(d.ev.contention_end.ret, -EINTR);
	decoding_free(&d);
}

static void sched_switch_is_read(void **state)
{
	struct decoding d;
	uint8_t rec[64] = { 0 };

	(void)state;
	decoding_init(&d, "sched", FORMAT_SCHED_SWITCH, NULL);
	put_common(rec, ID_SCHED_SWITCH, 0, 10);
	memcpy(rec + 8, "prev", 5);
	put(rec, 24, 10, 4);
	put(rec, 32, 0x102, 8);
	memcpy(rec + 40, "next", 5);
	put(rec, 56, 11, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.id, EVENT_SCHED_SWITCH);
	assert_int_equal(d.ev.tid, 10);
	assert_int_equal(d.ev.sched_switch.prev_state, 0x102);
	assert_int_equal(d.ev.sched_switch.next_tid, 11);
	assert_string_equal(d.ev.sched_switch.prev_comm, "prev");
	assert_string_equal(d.ev.sched_switch.next_comm, "next");
	decoding_free(&d);
}

static void sched_waking_and_newtask_are_read(void **state)
{
	struct decoding d;
	uint8_t waking[36] = { 0 }, newtask[42] = { 0 };

	(void)state;
	decoding_init(&d, "sched", FORMAT_SCHED_WAKING, "task", FORMAT_TASK_NEWTASK, NULL);
	put_common(waking, ID_SCHED_WAKING, 0, 10);
	memcpy(waking + 8, "woken", 6);
	put(waking, 24, 12, 4);
	assert_int_equal(decode_exactly(&d, waking, sizeof(waking)), 1);
	assert_int_equal(d.ev.id, EVENT_SCHED_WAKING);
	assert_int_equal(d.ev.sched_waking.tid, 12);
	assert_string_equal(d.ev.sched_waking.comm, "woken");

	put_common(newtask, ID_TASK_NEWTASK, 0, 10);
	put(newtask, 8, 13, 4);
	memcpy(newtask + 12, "child", 6);
	put(newtask, 32, 0x80010000ULL << 4, 8);
	assert_int_equal(decode_exactly(&d, newtask, sizeof(newtask)), 1);
	assert_int_equal(d.ev.id, EVENT_TASK_NEWTASK);
	assert_int_equal(d.ev.task_newtask.tid, 13);
	assert_string_equal(d.ev.task_newtask.comm, "child");
	assert_int_equal(d.ev.task_newtask.clone_flags, 0x80010000ULL << 4);
	decoding_free(&d);
}

static void hard_and_soft_interrupts_are_seen_in_the_flags(void **state)
{
	struct decoding d;
	uint8_t rec[20] = { 0 };
	unsigned int flags;

	(void)state;
	decoding_init(&d, "lock", FORMAT_CONTENTION_BEGIN, NULL);
	for (flags = 0; flags < 256; flags++) {
		put_common(rec, ID_CONTENTION_BEGIN, flags, 1);
		assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
		/* TRACE_FLAG_HARDIRQ 0x08, TRACE_FLAG_SOFTIRQ 0x10 */
		assert_int_equal(d.ev.in_irq, !!(flags & 0x18));
	}
	decoding_free(&d);
}

static void fields_may_be_elsewhere_and_of_other_sizes(void **state)
{
	static const char format[] =
		FORMAT("sched_switch", "9",
		       "\tfield:pid_t next_pid;\toffset:8;\tsize:2;\tsigned:1;\n"
		       "\tfield:char next_comm[8];\toffset:10;\tsize:8;\tsigned:0;\n"
		       "\tfield:signed char prev_state;\toffset:18;\tsize:1;\tsigned:1;\n"
		       "\tfield:char prev_comm[32];\toffset:19;\tsize:32;\tsigned:0;\n");
	struct decoding d;
	uint8_t rec[51] = { 0 };

	(void)state;
	decoding_init(&d, "sched", format, NULL);
	put_common(rec, 9, 0, 10);
	put(rec, 8, (uint16_t)-2, 2);
	memcpy(rec + 10, "12345678", 8);
	put(rec, 18, 0x82, 1);
	memcpy(rec + 19, "a name of more than sixteen", 28);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.sched_switch.next_tid, -2);
	assert_string_equal(d.ev.sched_switch.next_comm, "12345678");
	assert_true(d.ev.sched_switch.prev_state == (int8_t)0x82);
	assert_string_equal(d.ev.sched_switch.prev_comm, "a name of more ");
	decoding_free(&d);
}

/* A state of all bits but the lowest, in fields narrower than ours. */
static void a_signed_field_is_sign_extended(void **state)
{
	static const char *const format[] = {
		FORMAT("sched_switch", "9",
		       "\tfield:short prev_state;\toffset:8;\tsize:2;\tsigned:1;\n"
		       "\tfield:pid_t next_pid;\toffset:12;\tsize:4;\tsigned:1;\n"),
		FORMAT("sched_switch", "9",
		       "\tfield:int prev_state;\toffset:8;\tsize:4;\tsigned:1;\n"
		       "\tfield:pid_t next_pid;\toffset:12;\tsize:4;\tsigned:1;\n"),
	};
	uint8_t rec[16] = { 0 };
	unsigned int i;

	(void)state;
	put_common(rec, 9, 0, 10);
	put(rec, 8, 0xfffffffe, 4);
	for (i = 0; i < ARRAY_SIZE(format); i++) {
		struct decoding d;

		decoding_init(&d, "sched", format[i], NULL);
		assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
		assert_true(d.ev.sched_switch.prev_state == -2);
		decoding_free(&d);
	}
}

static void an_unsigned_field_is_not_sign_extended(void **state)
{
	static const char format[] =
		FORMAT("task_newtask", "9",
		       "\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"
		       "\tfield:unsigned int clone_flags;\toffset:12;\tsize:4;\tsigned:0;\n");
	struct decoding d;
	uint8_t rec[16] = { 0 };

	(void)state;
	decoding_init(&d, "task", format, NULL);
	put_common(rec, 9, 0, 10);
	put(rec, 12, 0x80000100, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_true(d.ev.task_newtask.clone_flags == 0x80000100ULL);
	decoding_free(&d);
}

static void the_common_fields_may_be_in_another_order(void **state)
{
	static const char format[] = FORMAT_WITH_COMMON(
		"contention_begin", "9",
		"\tfield:int common_pid;\toffset:0;\tsize:4;\tsigned:1;\n"
		"\tfield:unsigned char common_flags;\toffset:4;\tsize:1;\tsigned:0;\n"
		"\tfield:unsigned short common_type;\toffset:6;\tsize:2;\tsigned:0;\n\n",
		"\tfield:unsigned int flags;\toffset:8;\tsize:4;\tsigned:0;\n"
		"\tfield:void * lock_addr;\toffset:16;\tsize:8;\tsigned:0;\n");
	struct decoding d;
	uint8_t rec[24] = { 0 };
	size_t size;

	(void)state;
	decoding_init(&d, "lock", format, NULL);
	put(rec, 0, 77, 4);
	put(rec, 4, 0x08, 1);
	put(rec, 6, 9, 2);
	put(rec, 8, 2, 4);
	put(rec, 16, LOCK, 8);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.tid, 77);
	assert_true(d.ev.in_irq);
	assert_int_equal(d.ev.contention_begin.flags, 2);
	assert_int_equal(d.ev.contention_begin.lock, LOCK);
	for (size = 0; size < sizeof(rec); size++)
		assert_int_equal(decode_exactly(&d, rec, size), -EBADMSG);
	decoding_free(&d);
}

static void a_missing_optional_field_stays_empty(void **state)
{
	static const char format[] =
		FORMAT("contention_end", "9",
		       "\tfield:void * lock_addr;\toffset:8;\tsize:8;\tsigned:0;\n");
	struct decoding d;
	uint8_t rec[16] = { 0 };

	(void)state;
	decoding_init(&d, "lock", format, NULL);
	assert_true(d.dec.has[EVENT_CONTENTION_END]);
	put_common(rec, 9, 0, 1);
	put(rec, 8, LOCK, 8);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.contention_end.lock, LOCK);
	assert_int_equal(d.ev.contention_end.ret, 0);
	decoding_free(&d);
}

static void an_event_without_a_needed_field_is_not_had(void **state)
{
	static const char format[] =
		FORMAT("contention_begin", "9",
		       "\tfield:void * lock_addr;\toffset:8;\tsize:8;\tsigned:0;\n");
	struct decoding d;
	uint8_t rec[16] = { 0 };

	(void)state;
	decoding_init(&d, "lock", format, "lock", FORMAT_CONTENTION_END, NULL);
	assert_false(d.dec.has[EVENT_CONTENTION_BEGIN]);
	assert_true(d.dec.has[EVENT_CONTENTION_END]);
	assert_false(d.dec.has[EVENT_SCHED_SWITCH]);
	put_common(rec, 9, 0, 1);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 0);
	decoding_free(&d);
}

static void a_field_of_no_usable_kind_counts_as_missing(void **state)
{
	static const char format[] =
		FORMAT("sched_waking", "9",
		       "\tfield:__data_loc char[] comm;\toffset:8;\tsize:4;\tsigned:1;\n"
		       "\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n");
	static const char odd[] = FORMAT("sched_process_exit", "10",
					 "\tfield:char pid[3];\toffset:8;\tsize:3;\tsigned:1;\n");
	struct decoding d;
	uint8_t rec[16] = { 0 };

	(void)state;
	decoding_init(&d, "sched", format, "sched", odd, NULL);
	assert_true(d.dec.has[EVENT_SCHED_WAKING]);
	assert_false(d.dec.has[EVENT_SCHED_PROCESS_EXIT]);
	put_common(rec, 9, 0, 1);
	put(rec, 8, 0x00040010, 4);
	put(rec, 12, 55, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.sched_waking.tid, 55);
	assert_string_equal(d.ev.sched_waking.comm, "");
	decoding_free(&d);
}

static void a_record_that_is_too_short_is_damaged(void **state)
{
	struct decoding d;
	uint8_t rec[64] = { 0 };
	size_t size;

	(void)state;
	decoding_init(&d, "sched", FORMAT_SCHED_SWITCH, NULL);
	put_common(rec, ID_SCHED_SWITCH, 0, 10);
	/* the last field that is read ends at 60 */
	for (size = 0; size < 60; size++)
		assert_int_equal(decode_exactly(&d, rec, size), -EBADMSG);
	for (size = 60; size <= 64; size++)
		assert_int_equal(decode_exactly(&d, rec, size), 1);
	decoding_free(&d);
}

static void records_of_other_events_are_none_of_ours(void **state)
{
	struct decoding d;
	uint8_t rec[8] = { 0 };
	unsigned int type;

	(void)state;
	decoding_init(&d, "lock", FORMAT_CONTENTION_BEGIN, NULL);
	for (type = 0; type < 65536; type++) {
		if (type == ID_CONTENTION_BEGIN)
			continue;
		put_common(rec, type, 0, 1);
		if (decode(&d.dec, &d.stacks, rec, sizeof(rec), TIME, CPU, &d.ev))
			fail_msg("type %u", type);
	}
	decoding_free(&d);
}

static void without_any_event_nothing_is_ours(void **state)
{
	struct decoding d;
	uint8_t rec[8] = { 0 };

	(void)state;
	decoding_init(&d, NULL);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 0);
	assert_int_equal(decode_exactly(&d, rec, 0), 0);
	decoding_free(&d);
}

static void a_stack_is_interned_with_all_its_frames(void **state)
{
	struct decoding d;
	uint8_t rec[16 + 20 * 8] = { 0 };
	struct kstack *first;
	unsigned int i;

	(void)state;
	decoding_init(&d, "ftrace", FORMAT_KERNEL_STACK, NULL);
	put_common(rec, ID_KERNEL_STACK, 0, 10);
	/* the format says eight, a record has as many as it says itself */
	put(rec, 8, 20, 4);
	for (i = 0; i < 20; i++)
		put(rec, 16 + 8 * i, FRAME + i, 8);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.id, EVENT_KERNEL_STACK);
	first = d.ev.stack;
	assert_int_equal(first->nr_frames, 20);
	assert_int_equal(first->frame[19], FRAME + 19);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_ptr_equal(d.ev.stack, first);
	put(rec, 8, 3, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.stack->nr_frames, 3);
	decoding_free(&d);
}

static void a_stack_that_says_more_frames_than_it_has_is_damaged(void **state)
{
	static const uint32_t too_many[] = { 3, 4, 8, 1000, 0x7fffffff, 0x80000000, 0xffffffff };
	struct decoding d;
	uint8_t rec[16 + 2 * 8 + 7] = { 0 };
	unsigned int i;

	(void)state;
	decoding_init(&d, "ftrace", FORMAT_KERNEL_STACK, NULL);
	put_common(rec, ID_KERNEL_STACK, 0, 10);
	for (i = 0; i < ARRAY_SIZE(too_many); i++) {
		put(rec, 8, too_many[i], 4);
		assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), -EBADMSG);
	}
	put(rec, 8, 2, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	put(rec, 8, 0, 4);
	assert_int_equal(decode_exactly(&d, rec, 16), 1);
	assert_int_equal(decode_exactly(&d, rec, 15), -EBADMSG);
	decoding_free(&d);
}

static void the_count_of_a_stack_may_stand_behind_its_frames(void **state)
{
	static const char format[] =
		FORMAT("kernel_stack", "9",
		       "\tfield:unsigned long caller[2];\toffset:8;\tsize:16;\tsigned:0;\n"
		       "\tfield:int size;\toffset:24;\tsize:4;\tsigned:1;\n");
	struct decoding d;
	uint8_t rec[28] = { 0 };
	size_t size;

	(void)state;
	decoding_init(&d, "ftrace", format, NULL);
	put_common(rec, 9, 0, 10);
	put(rec, 24, 1, 4);
	for (size = 8; size < sizeof(rec); size++)
		assert_int_equal(decode_exactly(&d, rec, size), -EBADMSG);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	decoding_free(&d);
}

static void frames_at_offset_0_are_not_a_stack(void **state)
{
	static const char format[] =
		FORMAT("kernel_stack", "9",
		       "\tfield:unsigned long caller[2];\toffset:0;\tsize:16;\tsigned:0;\n"
		       "\tfield:int size;\toffset:24;\tsize:4;\tsigned:1;\n");
	struct decoding d;
	uint8_t rec[28] = { 0 };

	(void)state;
	decoding_init(&d, "ftrace", format, NULL);
	put_common(rec, 9, 0, 10);
	/* whatever it is, an event without a stack must not come out as one */
	if (decode_exactly(&d, rec, sizeof(rec)) == 1)
		assert_non_null(d.ev.stack);
	decoding_free(&d);
}

/* A damaged or hostile file: no record is as long as that. */
static void a_field_beyond_64_KiB_is_not_read(void **state)
{
	static const char end_wraps[] =
		FORMAT("sched_process_exit", "9",
		       "\tfield:pid_t pid;\toffset:65532;\tsize:8;\tsigned:1;\n");
	static const char offset_wraps[] =
		FORMAT("sched_process_exit", "9",
		       "\tfield:pid_t pid;\toffset:4294967288;\tsize:4;\tsigned:1;\n");
	static const char *const format[] = { end_wraps, offset_wraps };
	struct decoding d;
	uint8_t rec[16] = { 0 };
	unsigned int i;

	(void)state;
	put_common(rec, 9, 0, 10);
	for (i = 0; i < ARRAY_SIZE(format); i++) {
		decoding_init(&d, "sched", format[i], NULL);
		assert_int_not_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
		decoding_free(&d);
	}
}

/* common_type has 16 bits: an event with a larger id is in no record. */
static void an_id_beyond_16_bits_is_no_event_of_ours(void **state)
{
	static const char format[] = FORMAT("sched_process_exit", "65540",
					    "\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n");
	struct decoding d;

	(void)state;
	decoding_init(&d, "lock", FORMAT_CONTENTION_BEGIN, "sched", format, NULL);
	assert_true(d.dec.has[EVENT_CONTENTION_BEGIN]);
	assert_false(d.dec.has[EVENT_SCHED_PROCESS_EXIT]);
	assert_true(d.dec.nr_types <= 65536);
	decoding_free(&d);
}

static void the_other_byte_order_is_turned_round(void **state)
{
	/* type 408, flags: in a hard interrupt, tid 4711; lock, flags */
	static const uint8_t rec[20] = { 0x01, 0x98, 0x08, 0,	 0,    0,    0x12, 0x67, 0xff, 0xff,
					 0x88, 0x80, 0x12, 0x34, 0x56, 0x78, 0,	   0,	 0,    4 };
	struct decoding d;

	(void)state;
	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		return;
	decoding_init(&d, "lock", FORMAT_CONTENTION_BEGIN, NULL);
	d.dec.swap = true;
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.id, EVENT_CONTENTION_BEGIN);
	assert_int_equal(d.ev.tid, 4711);
	assert_true(d.ev.in_irq);
	assert_true(d.ev.contention_begin.lock == LOCK);
	assert_int_equal(d.ev.contention_begin.flags, 4);
	assert_int_equal(d.ev.time_ns, TIME);
	assert_int_equal(d.ev.cpu, CPU);
	decoding_free(&d);
}

static void a_stack_of_32_bit_frames_is_widened(void **state)
{
	static const char format[] =
		FORMAT("kernel_stack", "4",
		       "\tfield:int size;\toffset:8;\tsize:4;\tsigned:1;\n"
		       "\tfield:unsigned long caller[8];\toffset:12;\tsize:32;\tsigned:0;\n");
	struct tep_handle *tep = formats_tep();
	struct decoding d = { .tep = tep };
	uint8_t rec[20] = { 0 };

	(void)state;
	tep_set_long_size(tep, 4);
	assert_int_equal(formats_add(tep, "ftrace", format), 0);
	assert_int_equal(decoder_init(&d.dec, tep, NULL), 0);
	put_common(rec, 4, 0, 10);
	put(rec, 8, 2, 4);
	put(rec, 12, 0xc1000010, 4);
	put(rec, 16, 0xc1000020, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), 1);
	assert_int_equal(d.ev.stack->nr_frames, 2);
	assert_true(d.ev.stack->frame[0] == 0xc1000010);
	assert_true(d.ev.stack->frame[1] == 0xc1000020);
	put(rec, 8, 3, 4);
	assert_int_equal(decode_exactly(&d, rec, sizeof(rec)), -EBADMSG);
	decoding_free(&d);
}

static void names_are_those_of_the_table(void **state)
{
	(void)state;
	assert_string_equal(event_system(EVENT_CONTENTION_BEGIN), "lock");
	assert_string_equal(event_name(EVENT_CONTENTION_BEGIN), "contention_begin");
	assert_string_equal(event_system(EVENT_KERNEL_STACK), "ftrace");
	assert_string_equal(event_name(EVENT_KERNEL_STACK), "kernel_stack");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(contention_begin_is_read),
		cmocka_unit_test(contention_end_keeps_the_sign_of_its_result),
		cmocka_unit_test(sched_switch_is_read),
		cmocka_unit_test(sched_waking_and_newtask_are_read),
		cmocka_unit_test(hard_and_soft_interrupts_are_seen_in_the_flags),
		cmocka_unit_test(fields_may_be_elsewhere_and_of_other_sizes),
		cmocka_unit_test(a_signed_field_is_sign_extended),
		cmocka_unit_test(an_unsigned_field_is_not_sign_extended),
		cmocka_unit_test(the_common_fields_may_be_in_another_order),
		cmocka_unit_test(a_missing_optional_field_stays_empty),
		cmocka_unit_test(an_event_without_a_needed_field_is_not_had),
		cmocka_unit_test(a_field_of_no_usable_kind_counts_as_missing),
		cmocka_unit_test(a_record_that_is_too_short_is_damaged),
		cmocka_unit_test(records_of_other_events_are_none_of_ours),
		cmocka_unit_test(without_any_event_nothing_is_ours),
		cmocka_unit_test(a_stack_is_interned_with_all_its_frames),
		cmocka_unit_test(a_stack_that_says_more_frames_than_it_has_is_damaged),
		cmocka_unit_test(the_count_of_a_stack_may_stand_behind_its_frames),
		cmocka_unit_test(frames_at_offset_0_are_not_a_stack),
		cmocka_unit_test(a_field_beyond_64_KiB_is_not_read),
		cmocka_unit_test(an_id_beyond_16_bits_is_no_event_of_ours),
		cmocka_unit_test(the_other_byte_order_is_turned_round),
		cmocka_unit_test(a_stack_of_32_bit_frames_is_widened),
		cmocka_unit_test(names_are_those_of_the_table),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
