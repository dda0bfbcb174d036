// SPDX-License-Identifier: GPL-2.0-only
/* Streams that gzip or zstd packed: whole, cut at each byte, changed, and made to grow. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "collector/unpack.h"
#include "tests/unit/unit.h"

#define TEXT_BYTES 2000
#define ROOM	   (2 * TEXT_BYTES + 1000)
#define NR_CHANGED 10000

static uint8_t text[TEXT_BYTES];

/* The text in two halves, each packed by itself: a file may be several, one after the other. */
static size_t pack(const char *kind, uint8_t *to)
{
	const size_t half = TEXT_BYTES / 2;
	size_t nr = 0, i;

	for (i = 0; i < TEXT_BYTES; i += half) {
		if (!strcmp(kind, "gzip")) {
			z_stream z = { .next_in = text + i,
				       .avail_in = half,
				       .next_out = to + nr,
				       .avail_out = ROOM - nr };

			deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
			assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
			nr = ROOM - z.avail_out;
			deflateEnd(&z);
		} else {
			ZSTD_CCtx *c = ZSTD_createCCtx();

			ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
			nr += ZSTD_compress2(c, to + nr, ROOM - nr, text + i, half);
			ZSTD_freeCCtx(c);
		}
	}
	return nr;
}

/* Unpack @nr bytes @data. Returns 0 or a negative errno; *cut and *same: what came of it. */
static int unpack(const void *data, size_t nr, const char *kind, bool *cut, size_t *nr_same)
{
	int fd = memfd_create("packed", MFD_CLOEXEC), ret;
	struct error err = { 0 };
	const uint8_t *piece;
	struct unpack u;
	size_t at = 0, n;

	assert_int_equal(write(fd, data, nr), nr);
	lseek(fd, 0, SEEK_SET);
	*nr_same = 0;
	ret = unpack_begin(&u, fd, "packed", &err);
	assert_int_equal(ret, 0);
	if (kind)
		assert_string_equal(unpack_packing(&u), kind);
	while ((ret = unpack_next(&u, &piece, &n, &err)) > 0) {
		assert_true(n);
		if (at + n <= TEXT_BYTES && !memcmp(piece, text + at, n))
			*nr_same += n;
		at += n;
	}
	*cut = u.cut;
	if (ret)
		assert_true(err.msg[0] && !strchr(err.msg, '\n'));
	unpack_end(&u);
	close(fd);
	if (!ret && at != *nr_same)
		*nr_same = SIZE_MAX;
	return ret;
}

static const char *const kinds[] = { "gzip", "zstd" };

static int fill_text(void **state)
{
	unsigned int i;

	(void)state;
	srand(1);
	for (i = 0; i < TEXT_BYTES; i++)
		text[i] = 'a' + rand() % 8;
	return 0;
}

static void cut_anywhere_the_bytes_before_are_there(void **state)
{
	uint8_t packed[ROOM];
	size_t nr, n, nr_same, before;
	unsigned int k;
	bool cut;

	(void)state;
	for (k = 0; k < 2; k++) {
		nr = pack(kinds[k], packed);
		before = 0;
		for (n = PACKING_HEAD_BYTES; n <= nr; n++) {
			assert_int_equal(unpack(packed, n, kinds[k], &cut, &nr_same), 0);
			assert_true(nr_same >= before && nr_same <= TEXT_BYTES);
			before = nr_same;
			/* behind the first half it may end, and at the end */
			if (!cut)
				assert_true(nr_same == TEXT_BYTES / 2 || nr_same == TEXT_BYTES);
			assert_true(cut == (n != nr && nr_same != TEXT_BYTES / 2) ||
				    nr_same == TEXT_BYTES / 2);
		}
		assert_false(cut);
		assert_int_equal(nr_same, TEXT_BYTES);
	}
}

static void what_was_changed_is_refused_or_the_same_or_cut(void **state)
{
	uint8_t packed[ROOM], changed[ROOM];
	unsigned int k, i, nr_refused;
	size_t nr, nr_same;
	bool cut;

	(void)state;
	for (k = 0; k < 2; k++) {
		nr = pack(kinds[k], packed);
		nr_refused = 0;
		for (i = 0; i < NR_CHANGED; i++) {
			memcpy(changed, packed, nr);
			/* what it is packed with stays */
			changed[PACKING_HEAD_BYTES + rand() % (nr - PACKING_HEAD_BYTES)] ^=
				1 << rand() % 8;
			if (unpack(changed, nr, kinds[k], &cut, &nr_same))
				nr_refused++;
			else if (!cut)
				assert_int_equal(nr_same, TEXT_BYTES);
		}
		/* but for a time or a name in a header, all are */
		assert_in_range(nr_refused, NR_CHANGED / 2, NR_CHANGED);
	}
}

static void what_is_behind_the_packed_bytes_is_refused(void **state)
{
	uint8_t packed[ROOM];
	size_t nr, nr_same;
	unsigned int k;
	bool cut;

	(void)state;
	for (k = 0; k < 2; k++) {
		nr = pack(kinds[k], packed);
		memcpy(packed + nr, "garbage garbage", 15);
		assert_int_equal(unpack(packed, nr + 15, kinds[k], &cut, &nr_same), -EBADMSG);
	}
}

static void what_is_not_packed_comes_as_it_is(void **state)
{
	size_t nr_same;
	bool cut;

	(void)state;
	assert_int_equal(unpack(text, TEXT_BYTES, NULL, &cut, &nr_same), 0);
	assert_int_equal(nr_same, TEXT_BYTES);
	assert_false(cut);
	assert_int_equal(unpack(text, 0, NULL, &cut, &nr_same), 0);
	assert_int_equal(nr_same, 0);
}

static void what_grows_without_end_is_refused(void **state)
{
	const size_t nr = 100 << 20;
	uint8_t *zeros = calloc(1, nr), *packed = malloc(nr / 10);
	struct error err = { 0 };
	const uint8_t *piece;
	struct unpack u;
	size_t size = ZSTD_compress(packed, nr / 10, zeros, nr, 1), n;
	int fd = memfd_create("packed", MFD_CLOEXEC), ret;

	(void)state;
	assert_int_equal(write(fd, packed, size), size);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(unpack_begin(&u, fd, "bomb", &err), 0);
	while ((ret = unpack_next(&u, &piece, &n, &err)) > 0)
		;
	assert_int_equal(ret, -EFBIG);
	assert_non_null(strstr(err.msg, "more than 200 times its size"));
	assert_true(u.nr_out < UNPACK_FREE_BYTES + UNPACK_MAX_RATIO * size + (1 << 20));
	unpack_end(&u);
	close(fd);
	free(zeros);
	free(packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_anywhere_the_bytes_before_are_there),
		cmocka_unit_test(what_was_changed_is_refused_or_the_same_or_cut),
		cmocka_unit_test(what_is_behind_the_packed_bytes_is_refused),
		cmocka_unit_test(what_is_not_packed_comes_as_it_is),
		cmocka_unit_test(what_grows_without_end_is_refused),
	};

	return cmocka_run_group_tests(tests, fill_text, NULL);
}
