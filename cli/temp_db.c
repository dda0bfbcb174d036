// SPDX-License-Identifier: GPL-2.0-only
#include "cli/temp_db.h"

#include <stdio.h>
#include <string.h>

int temp_db_create(struct temp_db *db, struct error *err)
{
	const char *base = scratch_base();
	int ret = scratch_create(&db->dir, base);

	if (ret)
		return error_set(err, ret,
				 "cannot create a directory in %s: %s; set TMPDIR to a writable "
				 "directory with free space",
				 base, strerror(-ret));
	snprintf(db->path, sizeof(db->path), "%.*s/live.db", PATH_MAX - 16, db->dir.path);
	return 0;
}

void temp_db_remove(struct temp_db *db)
{
	scratch_remove(&db->dir);
}
