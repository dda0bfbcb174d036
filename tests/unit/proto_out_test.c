// SPDX-License-Identifier: GPL-2.0-only
/* Messages that are written are read back, and are the shortest that mean it. */
#include <string.h>

#include "collector/proto.h"
#include "lib/proto_out.h"
#include "tests/unit/unit.h"

static void a_message_is_as_the_guide_of_the_encoding_shows_it(void **state)
{
	/* the examples of the encoding's guide */
	static const uint8_t want[] = { 0x08, 0x96, 0x01, 0x12, 0x07, 't',  'e',  's', 't',
					'i',  'n',  'g',  0x1a, 0x03, 0x08, 0x96, 0x01 };
	struct proto_out p = { 0 };
	size_t at;

	(void)state;
	proto_put_number(&p, 1, 150);
	proto_put_text(&p, 2, "testing");
	at = proto_begin(&p, 3);
	proto_put_number(&p, 1, 150);
	proto_end(&p, at);
	assert_int_equal(p.nr, sizeof(want));
	assert_memory_equal(p.bytes, want, sizeof(want));
	assert_false(p.failed);
	proto_free(&p);
}

static void numbers_of_every_size_are_read_back(void **state)
{
	static const uint64_t values[] = {
		0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 1ULL << 63, (uint64_t)-1, (uint64_t)-5, 0xffffffff
	};
	const double one = 1.0;
	struct proto_out p = { 0 };
	struct proto_field f = { 0 };
	struct cursor c;
	unsigned int i;
	uint64_t bits;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		proto_put_number(&p, i + 1, values[i]);
		proto_put_fixed64(&p, 1000 + i, values[i]);
	}
	proto_put_double(&p, 0x1fffffff, one);
	c = cursor_of(p.bytes, p.nr);
	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		assert_true(proto_next(&c, &f));
		assert_int_equal(f.number, i + 1);
		assert_int_equal(f.kind, PROTO_VARINT);
		assert_true(f.value == values[i]);
		assert_true(proto_next(&c, &f));
		assert_int_equal(f.number, 1000 + i);
		assert_int_equal(f.kind, PROTO_FIXED64);
		assert_true(f.value == values[i]);
	}
	assert_true(proto_next(&c, &f));
	memcpy(&bits, &one, sizeof(bits));
	assert_int_equal(f.number, 0x1fffffff);
	assert_true(f.value == bits);
	assert_false(proto_next(&c, &f));
	assert_false(c.bad);
	proto_free(&p);
}

/* A message whose length takes 1, 2 and 3 bytes, in a message. */
static void a_message_in_a_message_has_its_length_before_it(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 16383, 16384, 100000 };
	struct proto_field outer = { 0 }, inner = { 0 };
	struct proto_out p = { 0 };
	size_t i, k, first, second;
	struct cursor c;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		proto_reset(&p);
		first = proto_begin(&p, 16);
		second = proto_begin(&p, 4);
		for (k = 0; k < sizes[i]; k++)
			proto_put_packed(&p, k & 0x7f);
		proto_end(&p, second);
		proto_put_number(&p, 5, i);
		proto_end(&p, first);
		proto_put_number(&p, 6, 1);
		c = cursor_of(p.bytes, p.nr);
		assert_true(proto_next(&c, &outer));
		assert_int_equal(outer.number, 16);
		assert_true(proto_next(&outer.bytes, &inner));
		assert_int_equal(inner.bytes.end - inner.bytes.at, sizes[i]);
		for (k = 0; k < sizes[i]; k++)
			assert_int_equal(inner.bytes.at[k], k & 0x7f);
		assert_true(proto_next(&outer.bytes, &inner));
		assert_int_equal(inner.value, i);
		assert_true(proto_next(&c, &outer));
		assert_int_equal(outer.number, 6);
		assert_false(proto_next(&c, &outer));
		assert_false(c.bad);
	}
	proto_free(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_as_the_guide_of_the_encoding_shows_it),
		cmocka_unit_test(numbers_of_every_size_are_read_back),
		cmocka_unit_test(a_message_in_a_message_has_its_length_before_it),
	};

	return cmocka_run_group_tests_name("proto_out", tests, NULL, NULL);
}
