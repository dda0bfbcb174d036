/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Jank: delays of the chosen threads (by default main threads and those that draw),
 * and who caused them.
 *
 * A delay is a wait for a lock, or an uninterruptible sleep that is part of no such wait.
 * Where the capture has frames, the missed ones are what the user saw, and delays are those
 * within them, of the chosen threads of their process. Otherwise delays are those that
 * took at least a given time. jank_choose() puts them into temporary tables of the
 * connection; jank_tables read these.
 */
#ifndef RMAPSCOPE_JANK_H
#define RMAPSCOPE_JANK_H

#include "analysis/table.h"
#include "analysis/verdict.h"

/*
 * The names of threads that are chosen by default, an extended regular expression. By
 * default the main thread of each process is chosen, too.
 */
#define JANK_THREADS                                                                               \
	"^(RenderThread|RenderEngine|surfaceflinger|composer|hwcomposer|Xwayland|Xorg|"            \
	"gnome-shell|kwin_|mutter|weston|sway|Compositor|VizCompositor)"

/* The time between two refreshes of a display at 60 Hz. */
#define JANK_MIN_NS 16600000

struct jank_choice {
	const char *threads; /* extended regular expression for thread names; NULL: the default */
	/*
	 * Shorter delays, or missed frames, are left out. Negative: the default,
	 * which is JANK_MIN_NS for delays, and no minimum for missed frames.
	 */
	int64_t min_ns;
};

/* Delays whose chain of holders is read: the longest ones. */
#define JANK_CHAINS_MAX 100

/* The sections: missed frames, delays, culprits, sums. Ends with NULL. */
extern const struct table_def *const jank_tables[];

/* The longest :most delays, whose chains jank_choose() reads. */
extern const struct table_def jank_longest;

/*
 * jank_choose - find the delays
 * @choice: a struct jank_choice
 *
 * Call this once for an open database, with its transaction open. Returns 0, -EINVAL if the
 * regular expression is not valid, or another negative errno.
 */
int jank_choose(struct db *db, const void *choice, struct error *err);

/* Whether the capture has frames, so that missed ones count. Returns 0 or a negative errno. */
int jank_has_frames(bool *has, struct db *db, struct error *err);

/* One sentence about the delays. As verdict_read(); call jank_choose() before. */
int jank_verdict(char text[VERDICT_LEN], struct db *db, const struct capture_info *info,
		 struct error *err);

#endif
