// SPDX-License-Identifier: GPL-2.0-only
/* The facts about a capture as a whole, as text: the header of a report and of `top --batch`. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "analysis/capture.h"
#include "analysis/instant.h"
#include "analysis/output/output.h"
#include "lib/text.h"

/* Say so when rows were trimmed. */
static void print_kept(FILE *f, const struct capture_info *info)
{
	char from[64];

	if (info->kept_from_ns) {
		instant_format(from, sizeof(from), info->kept_from_ns, info);
		fprintf(f,
			"note: rows from %s on; older ones were removed (--max-size, --max-age)\n",
			from);
	}
	if (info->rollups_from_ns) {
		instant_format(from, sizeof(from), info->rollups_from_ns, info);
		fprintf(f, "note: sums per second from %s on\n", from);
	}
	if (info->names_from_ns > info->rollups_from_ns) {
		instant_format(from, sizeof(from), info->names_from_ns, info);
		fprintf(f, "note: sums before %s name no process, lock or VMA (--max-age)\n", from);
	}
}

static void print_lost(FILE *f, const struct capture_info *info)
{
	char lost[48];

	capture_lost_format(lost, sizeof(lost), info, false);
	if (lost[0] == '-')
		fprintf(f, ", unknown number of events lost");
	else
		fprintf(f, ", %s event%s lost", lost, info->nr_lost == 1 ? "" : "s");
	fprintf(f, " in %" PRId64 " gap%s\n", info->nr_gaps, info->nr_gaps == 1 ? "" : "s");
}

/* The file, and where it comes from: the host and its kernel are left out if they are unknown. */
static void print_origin(FILE *f, const char *path, const struct capture_info *info)
{
	const char *const texts[] = {
		path, info->host, info->kernel, info->source, info->profile,
	};
	char shown[sizeof(texts) / sizeof(*texts)][PATH_MAX];
	const bool host = info->host[0], kernel = info->kernel[0];
	unsigned int i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		text_shown(shown[i], sizeof(shown[i]), texts[i][0] ? texts[i] : "-");
	fprintf(f, "%s: ", shown[0]);
	if (host || kernel)
		fprintf(f, "%s%s%s, ", host ? shown[1] : "", host && kernel ? " " : "",
			kernel ? shown[2] : "");
	fprintf(f, "source %s, profile %s%s\n", shown[3], shown[4],
		!info->recording      ? ""
		: info->failure[0]    ? ", not finished: its recorder failed"
		: info->recorder_gone ? ", not finished: its recorder was killed or failed, or is "
					"elsewhere"
		: info->recorder_pid  ? ", not finished: being recorded now"
				      : ", not finished");
}

void output_text_capture(FILE *f, const char *path, const struct capture_info *info)
{
	char shown[PATH_MAX];

	print_origin(f, path, info);
	fprintf(f, "%.3f s, %" PRId64 " events, ", (info->last_ns - info->first_ns) / 1e9,
		info->nr_events);
	if (info->sees_waits)
		fprintf(f, "%" PRId64 " wait%s, %" PRId64 " open, %" PRId64 " uncertain",
			info->nr_waits, info->nr_waits == 1 ? "" : "s", info->nr_open_all,
			info->nr_uncertain);
	else
		fputs("waits not seen", f);
	print_lost(f, info);
	if (info->failure[0])
		fprintf(f, "note: the recorder failed: %s\n",
			text_shown(shown, sizeof(shown), info->failure));
	if (info->trouble[0])
		fprintf(f, "note: not recorded now: %s\n",
			text_shown(shown, sizeof(shown), info->trouble));
	if (info->asleep[0])
		fprintf(f, "note: " CAPTURE_ASLEEP "%s\n",
			text_shown(shown, sizeof(shown), info->asleep));
	print_kept(f, info);
}
