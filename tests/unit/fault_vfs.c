// SPDX-License-Identifier: GPL-2.0-only
#include "tests/unit/fault_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

/* What each call says when it fails. */
static const int codes[NR_FAULTS] = {
	[FAULT_WRITE] = SQLITE_FULL,
	[FAULT_SYNC] = SQLITE_IOERR_FSYNC,
	[FAULT_TRUNCATE] = SQLITE_IOERR_TRUNCATE,
	[FAULT_OPEN] = SQLITE_CANTOPEN,
	[FAULT_DELETE] = SQLITE_IOERR_DELETE,
};

/* SQLite gives no place for this to the calls of a file. */
static struct {
	sqlite3_vfs *real;
	enum fault what;
	unsigned int left;
	bool armed, ever, failed;
} state;

/* The real one is behind it, in the memory that szOsFile asks for. */
struct fault_file {
	sqlite3_file base;
};

static sqlite3_file *real_file(sqlite3_file *f)
{
	return (sqlite3_file *)((struct fault_file *)f + 1);
}

/* Whether this call of @what is the one, or behind it. */
static bool fails(enum fault what)
{
	if (!state.armed || what != state.what)
		return false;
	if (state.left) {
		state.left--;
		return false;
	}
	if (state.failed && !state.ever)
		return false;
	state.failed = true;
	errno = what == FAULT_WRITE ? ENOSPC : EIO;
	return true;
}

#define CALL(f, name, ...) real_file(f)->pMethods->name(real_file(f), ##__VA_ARGS__)

static int fault_close(sqlite3_file *f)
{
	return CALL(f, xClose);
}

static int fault_read(sqlite3_file *f, void *to, int bytes, sqlite3_int64 at)
{
	return CALL(f, xRead, to, bytes, at);
}

static int fault_write(sqlite3_file *f, const void *from, int bytes, sqlite3_int64 at)
{
	return fails(FAULT_WRITE) ? codes[FAULT_WRITE] : CALL(f, xWrite, from, bytes, at);
}

static int fault_truncate(sqlite3_file *f, sqlite3_int64 bytes)
{
	return fails(FAULT_TRUNCATE) ? codes[FAULT_TRUNCATE] : CALL(f, xTruncate, bytes);
}

static int fault_sync(sqlite3_file *f, int flags)
{
	return fails(FAULT_SYNC) ? codes[FAULT_SYNC] : CALL(f, xSync, flags);
}

static int fault_size(sqlite3_file *f, sqlite3_int64 *bytes)
{
	return CALL(f, xFileSize, bytes);
}

static int fault_lock(sqlite3_file *f, int level)
{
	return CALL(f, xLock, level);
}

static int fault_unlock(sqlite3_file *f, int level)
{
	return CALL(f, xUnlock, level);
}

static int fault_reserved(sqlite3_file *f, int *is)
{
	return CALL(f, xCheckReservedLock, is);
}

static int fault_control(sqlite3_file *f, int op, void *arg)
{
	return CALL(f, xFileControl, op, arg);
}

static int fault_sector(sqlite3_file *f)
{
	return CALL(f, xSectorSize);
}

static int fault_characteristics(sqlite3_file *f)
{
	return CALL(f, xDeviceCharacteristics);
}

static int fault_shm_map(sqlite3_file *f, int page, int bytes, int extend, void volatile **at)
{
	return CALL(f, xShmMap, page, bytes, extend, at);
}

static int fault_shm_lock(sqlite3_file *f, int first, int nr, int flags)
{
	return CALL(f, xShmLock, first, nr, flags);
}

static void fault_shm_barrier(sqlite3_file *f)
{
	CALL(f, xShmBarrier);
}

static int fault_shm_unmap(sqlite3_file *f, int remove)
{
	return CALL(f, xShmUnmap, remove);
}

/* Version 2: with shared memory, without mapped files. */
static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = fault_close,
	.xRead = fault_read,
	.xWrite = fault_write,
	.xTruncate = fault_truncate,
	.xSync = fault_sync,
	.xFileSize = fault_size,
	.xLock = fault_lock,
	.xUnlock = fault_unlock,
	.xCheckReservedLock = fault_reserved,
	.xFileControl = fault_control,
	.xSectorSize = fault_sector,
	.xDeviceCharacteristics = fault_characteristics,
	.xShmMap = fault_shm_map,
	.xShmLock = fault_shm_lock,
	.xShmBarrier = fault_shm_barrier,
	.xShmUnmap = fault_shm_unmap,
};

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
	int rc;

	(void)vfs;
	f->pMethods = NULL;
	if (fails(FAULT_OPEN))
		return codes[FAULT_OPEN];
	rc = state.real->xOpen(state.real, name, real_file(f), flags, out);
	if (real_file(f)->pMethods)
		f->pMethods = &methods;
	return rc;
}

static int fault_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	return fails(FAULT_DELETE) ? codes[FAULT_DELETE]
				   : state.real->xDelete(state.real, name, sync);
}

int fault_vfs_register(void)
{
	static sqlite3_vfs vfs;

	if (state.real)
		return SQLITE_OK;
	state.real = sqlite3_vfs_find(NULL);
	if (!state.real)
		return SQLITE_ERROR;
	vfs = *state.real;
	vfs.zName = "fault";
	vfs.pNext = NULL;
	vfs.szOsFile = sizeof(struct fault_file) + state.real->szOsFile;
	vfs.xOpen = fault_open;
	vfs.xDelete = fault_delete;
	return sqlite3_vfs_register(&vfs, 1);
}

void fault_arm(enum fault what, unsigned int after, bool ever)
{
	state.what = what;
	state.left = after;
	state.ever = ever;
	state.armed = true;
	state.failed = false;
}

bool fault_disarm(void)
{
	state.armed = false;
	return state.failed;
}
