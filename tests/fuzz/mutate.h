/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Databases that were good until a value, a byte or the schema was changed.
 *
 * What is changed follows from a few bytes: of a fuzzer, or of a seed.
 */
#ifndef RMAPSCOPE_TEST_MUTATE_H
#define RMAPSCOPE_TEST_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Make the good one, of the rows in tests/data/fixture.sql. Aborts on any failure. */
void mutate_init(void);

/* Write a changed one to @path. Aborts on any failure of its own. */
void mutate(const char *path, const uint8_t *data, size_t bytes);

/*
 * read_all - everything that reads a database, once
 *
 * Reports in each format, frames of all screens and what tells more of their rows,
 * the wait graph at several times, moves in time. Aborts when what was printed is
 * not what it should be: a message of more than a line, JSON that is none, text that
 * drives a terminal.
 */
void read_all(const char *path);

#endif
