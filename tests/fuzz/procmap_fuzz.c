// SPDX-License-Identifier: GPL-2.0-only
/* Lines of any content as those of /proc/PID/maps. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/procmap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = strndup((const char *)data, size);
	struct procmap_entry e;
	int ret;

	memset(&e, 0xff, sizeof(e));
	ret = line ? procmap_parse(line, &e) : -EINVAL;
	if (ret && ret != -EINVAL)
		abort();
	if (!ret && (e.start >= e.end || strlen(e.perms) != 4 || strchr(e.name, '\n') ||
		     !memchr(e.name, '\0', sizeof(e.name))))
		abort();
	free(line);
	return 0;
}
