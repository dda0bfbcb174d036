// SPDX-License-Identifier: GPL-2.0-only
#include "tests/fuzz/mutate.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/migrate.h"

#define MAX_TABLES  64
#define MAX_COLUMNS 64

struct name {
	char text[64];
};

/* Of the good one, read once. */
static struct {
	unsigned char *image; /* with a schema that takes any value in any column */
	sqlite3_int64 bytes;
	struct name table[MAX_TABLES];
	struct name column[MAX_TABLES][MAX_COLUMNS];
	unsigned int nr_columns[MAX_TABLES], nr_tables;
	char *restore; /* SQL that makes the schema what it was */
} good;

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "mutate: %s\n", what);
	abort();
}

static void run(sqlite3 *db, const char *sql)
{
	char *msg = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &msg) != SQLITE_OK)
		need(false, msg ? msg : sql);
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t bytes;
	char *text;

	need(f, path);
	text = calloc(1, 1 << 20);
	bytes = fread(text, 1, (1 << 20) - 1, f);
	need(bytes > 0, path);
	fclose(f);
	return text;
}

/* To be freed with sqlite3_free(). */
static char *text_of(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	char *text;

	need(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, sql);
	need(sqlite3_step(stmt) == SQLITE_ROW, sql);
	text = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return text;
}

static unsigned int names(sqlite3 *db, const char *sql, struct name *to, unsigned int max)
{
	unsigned int nr = 0;
	sqlite3_stmt *stmt;

	need(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK, sql);
	while (nr < max && sqlite3_step(stmt) == SQLITE_ROW)
		snprintf(to[nr++].text, sizeof(to->text), "%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return nr;
}

static void keep_names(sqlite3 *db)
{
	unsigned int i;

	good.nr_tables = names(db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
			       good.table, MAX_TABLES);
	for (i = 0; i < good.nr_tables; i++) {
		char *sql = sqlite3_mprintf("SELECT name FROM pragma_table_info(%Q)",
					    good.table[i].text);

		good.nr_columns[i] = names(db, sql, good.column[i], MAX_COLUMNS);
		sqlite3_free(sql);
	}
}

void mutate_init(void)
{
	sqlite3 *db;
	char *rows;

	if (good.image)
		return;
	rows = read_file("tests/data/fixture.sql");
	need(sqlite3_open(":memory:", &db) == SQLITE_OK, "open");
	run(db, "PRAGMA page_size = 1024; BEGIN");
	need(schema_migrate(db, 0) == SQLITE_OK, "schema");
	run(db, rows);
	run(db, "COMMIT; PRAGMA writable_schema = ON");
	keep_names(db);
	good.restore = text_of(db, "SELECT group_concat(printf('UPDATE sqlite_schema SET sql = %Q "
				   "WHERE name = %Q AND type = ''table''', sql, name), ';') "
				   "FROM sqlite_schema WHERE type = 'table'");
	run(db, "UPDATE sqlite_schema SET sql = replace(replace(replace(sql, 'NOT NULL', ''), "
		"') STRICT, WITHOUT', ') WITHOUT'), ') STRICT', ')') WHERE type = 'table'");
	good.image = sqlite3_serialize(db, "main", &good.bytes, 0);
	need(good.image, "serialize");
	sqlite3_close(db);
	free(rows);
}

/* Bytes that decide; none is 0. */
struct choices {
	const uint8_t *at, *end;
};

static uint64_t choose(struct choices *c, unsigned int bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | (c->at < c->end ? *c->at++ : 0);
	return v;
}

/* SQL expressions, of which %s is the column. */
static const char *const values[] = {
	"-9223372036854775807 - 1",
	"-9223372036854775807",
	"-1",
	"0",
	"1",
	"255",
	"2147483647",
	"2147483648",
	"4294967296",
	"9007199254740993",
	"4611686018427387903",
	"4611686018427387904",
	"9223372036854775806",
	"9223372036854775807",
	"1e308",
	"9e999",
	"-9e999",
	"0.5",
	"-1e19",
	"NULL",
	"''",
	"'x'",
	"x''",
	"x'00'",
	"x'ffffffffffffffffff01'",
	"x'0aff01ffffffffffffffffff7f'",
	"zeroblob(5000)",
	"hex(zeroblob(30000))",
	"CAST(x'41001b5b324a0aff' AS TEXT)",
	"'=' || char(8238) || char(27) || 'x'",
	"%s + 1",
	"%s - 1",
	"-%s",
	"%s * 1000000000",
	"%s / 1000000000",
	"%s * 1.0",
	"%s || '1'",
	"%s || char(10) || 'note: x'",
	"(SELECT max(value) FROM meta WHERE key LIKE '%%_ns') + 1",
};

#define NR_VALUES (sizeof(values) / sizeof(*values))

static void change_value(sqlite3 *db, struct choices *c)
{
	unsigned int t = choose(c, 1) % good.nr_tables;
	const char *column = good.column[t][choose(c, 1) % good.nr_columns[t]].text;
	const char *key = good.column[t][0].text;
	unsigned int which = choose(c, 1) % (NR_VALUES + 4), all = choose(c, 1) % 4;
	char value[128], *sql;

	/* any number, each magnitude equally likely */
	if (which >= NR_VALUES)
		snprintf(value, sizeof(value), "%lld",
			 (long long)(choose(c, 8) >> choose(c, 1) % 64));
	else
		snprintf(value, sizeof(value), values[which], column);
	sql = sqlite3_mprintf("UPDATE OR IGNORE %s SET %s = %s WHERE %d OR %s = (SELECT %s FROM %s "
			      "LIMIT 1 OFFSET %llu %% max(1, (SELECT count(*) FROM %s)))",
			      good.table[t].text, column, value, !all, key, key, good.table[t].text,
			      choose(c, 2), good.table[t].text);
	/* an integer that is a rowid takes nothing else */
	sqlite3_exec(db, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
}

static const char *const schemas[] = {
	"DROP TABLE rollup; CREATE VIEW rollup AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL "
	"SELECT i + 1 FROM c) SELECT i AS second, 1 AS process_id, 1 AS lock_id FROM c",
	"DROP VIEW lost; CREATE VIEW lost AS SELECT hex(zeroblob(100000000)) AS reason",
	"CREATE TRIGGER t AFTER INSERT ON enum BEGIN DELETE FROM wait; END",
	"CREATE INDEX i ON task (hex(zeroblob(id)))",
	"CREATE TABLE x (a, b AS (a + 1))",
	"DROP TABLE second_rollup",
	"DROP VIEW blame",
	"PRAGMA user_version = -1",
	"PRAGMA user_version = 1",
	"PRAGMA user_version = 2",
	"PRAGMA application_id = 0",
	"DROP TABLE meta; CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY)",
	"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t(' "
	"WHERE name = 'lock'",
	"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'wait'",
	"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM "
	"sqlite_schema WHERE name = 'lock') WHERE name = 'wait'",
	"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = sql || char(0) || 'x'",
	"ANALYZE; UPDATE sqlite_stat1 SET stat = '9223372036854775807 -1 x'",
	"PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('view', 'waits', 'waits', 0, "
	"'CREATE VIEW waits AS SELECT 1')",
};

static void change_bytes(unsigned char *image, size_t bytes, struct choices *c)
{
	unsigned int nr = 1 + choose(c, 1) % 8;

	while (nr--) {
		uint64_t at = choose(c, 3) % bytes;

		image[at] = choose(c, 1);
	}
}

static void write_file(const char *path, const void *data, size_t bytes)
{
	FILE *f = fopen(path, "w");

	need(f && fwrite(data, 1, bytes, f) == bytes, path);
	need(!fclose(f), path);
}

void mutate(const char *path, const uint8_t *data, size_t bytes)
{
	struct choices c = { data, data + bytes };
	unsigned int kind = choose(&c, 1) % 16, nr = 1 + choose(&c, 1) % 3;
	unsigned char *image = sqlite3_malloc64(good.bytes);
	sqlite3_int64 size;
	sqlite3 *db = NULL;

	need(image && sqlite3_open(":memory:", &db) == SQLITE_OK, "open");
	memcpy(image, good.image, good.bytes);
	need(sqlite3_deserialize(db, "main", image, good.bytes, good.bytes,
				 SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) ==
		     SQLITE_OK,
	     "deserialize");
	while (kind < 11 && nr--)
		change_value(db, &c);
	run(db, "PRAGMA writable_schema = ON");
	run(db, good.restore);
	/* it may well refuse what it sees is wrong */
	if (kind >= 14)
		sqlite3_exec(db, schemas[choose(&c, 1) % (sizeof(schemas) / sizeof(*schemas))],
			     NULL, NULL, NULL);
	image = sqlite3_serialize(db, "main", &size, 0);
	need(image, "serialize");
	sqlite3_close(db);
	if (kind >= 11 && kind < 14)
		change_bytes(image, size, &c);
	write_file(path, image, size);
	sqlite3_free(image);
}
