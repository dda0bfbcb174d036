// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/instant.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/table.h"
#include "lib/clock.h"

#define SEC ((int64_t)NSEC_PER_SEC)

/* Parse at most @max digits at *@p as a number. False: there are none, or more. */
static bool digits(const char **p, unsigned int max, int64_t *value)
{
	unsigned int n;

	*value = 0;
	for (n = 0; isdigit((unsigned char)(*p)[n]); n++) {
		if (n == max)
			return false;
		*value = *value * 10 + ((*p)[n] - '0');
	}
	*p += n;
	return n > 0;
}

/* Parse a fraction of a second (".25") at *@p, if there is one, as nanoseconds. */
static bool fraction(const char **p, int64_t *ns)
{
	const char *first = *p + 1;
	int64_t value;

	*ns = 0;
	if (**p != '.')
		return true;
	*p = first;
	if (!digits(p, 9, &value))
		return false;
	for (; *p - first < 9; first--)
		value *= 10;
	*ns = value;
	return true;
}

static bool is_inside(int64_t at_ns, const struct capture_info *info)
{
	return at_ns >= info->first_ns && at_ns <= info->last_ns;
}

/* Whether @at_ns is the end of the capture rounded up to milliseconds, as a report may print it. */
static bool is_rounded_end(int64_t at_ns, const struct capture_info *info)
{
	const int64_t late_ns = at_ns - info->last_ns;

	return late_ns > 0 && late_ns <= (int64_t)NSEC_PER_MSEC / 2 &&
	       (at_ns - info->first_ns) % (int64_t)NSEC_PER_MSEC == 0;
}

/* Seconds since the start, or nanoseconds of the clock. */
static bool parse_number(int64_t *at_ns, const char *text, const struct capture_info *info)
{
	int64_t whole, ns;

	if (!digits(&text, 18, &whole))
		return false;
	if (!strcmp(text, "ns") || (!*text && whole >= SEC)) {
		*at_ns = whole;
		return true;
	}
	if (whole >= SEC || !fraction(&text, &ns) || *text)
		return false;
	*at_ns = info->first_ns + whole * SEC + ns;
	/* a clock that started less than a second ago has nanoseconds below 1e9, too */
	if (!ns && !is_inside(*at_ns, info) && is_inside(whole, info))
		*at_ns = whole;
	return true;
}

static bool parse_clock(struct tm *tm, int64_t *ns, const char *text)
{
	int64_t h, m, s = 0;

	*ns = 0;
	if (!digits(&text, 2, &h) || *text++ != ':' || !digits(&text, 2, &m))
		return false;
	if (*text == ':' && (text++, !digits(&text, 2, &s) || !fraction(&text, ns)))
		return false;
	tm->tm_hour = h;
	tm->tm_min = m;
	tm->tm_sec = s;
	return !*text && h < 24 && m < 60 && s < 60;
}

/*
 * The time at which the local clock shows what @tm has, by summer time or not; false: it does not
 * show that on this day. mktime() changes a time that does not exist.
 */
static bool clock_shows(time_t *at, struct tm tm, bool summer)
{
	const struct tm wanted = tm;

	tm.tm_isdst = summer;
	*at = mktime(&tm);
	return tm.tm_hour == wanted.tm_hour && tm.tm_min == wanted.tm_min;
}

/*
 * The first time after the start of the capture at which the local clock shows @text. In the hour in
 * which summer time ends it shows everything twice.
 */
static bool parse_wall(int64_t *at_ns, const char *text, const struct capture_info *info)
{
	time_t start = (info->first_ns + info->clock_offset_ns) / SEC, at;
	int day, summer;
	int64_t ns;
	struct tm tm;

	if (!localtime_r(&start, &tm) || !parse_clock(&tm, &ns, text))
		return false;
	for (day = 0; day < 2; day++, tm.tm_mday++) {
		/* summer time comes first */
		for (summer = 1; summer >= 0; summer--) {
			if (!clock_shows(&at, tm, summer))
				continue;
			*at_ns = (int64_t)at * SEC + ns - info->clock_offset_ns;
			if (*at_ns >= info->first_ns)
				return true;
		}
	}
	tm.tm_mday--;
	tm.tm_isdst = -1;
	*at_ns = (int64_t)mktime(&tm) * SEC + ns - info->clock_offset_ns;
	return true;
}

static int outside(const char *text, const struct capture_info *info, struct error *err)
{
	char first[64], last[64];

	instant_format(first, sizeof(first), info->first_ns, info);
	instant_format(last, sizeof(last), info->last_ns, info);
	return error_set(err, -ERANGE,
			 "%s is outside the capture, which goes from %s to %s, or from %" PRId64
			 "ns to %" PRId64 "ns",
			 text, first, last, info->first_ns, info->last_ns);
}

int instant_parse(int64_t *at_ns, const char *text, const struct capture_info *info,
		  struct error *err)
{
	const char *colon = strchr(text, ':');
	struct tm tm;
	int64_t ns;

	if (!strcmp(text, "now")) {
		*at_ns = info->last_ns;
		return 0;
	}
	if (colon && parse_clock(&tm, &ns, text) && !info->clock_offset_ns)
		return error_set(err, -EINVAL,
				 "%s: this capture has no wall-clock time; give seconds since its "
				 "start",
				 text);
	if (colon ? !parse_wall(at_ns, text, info) : !parse_number(at_ns, text, info))
		return error_set(err, -EINVAL,
				 "'%s' is not a time: give seconds since the start of the capture "
				 "(12.345), nanoseconds of its clock (12345678901234), HH:MM:SS or "
				 "now",
				 text);
	if (is_rounded_end(*at_ns, info))
		*at_ns = info->last_ns;
	return is_inside(*at_ns, info) ? 0 : outside(text, info, err);
}

int instant_format(char *buf, size_t room, int64_t at_ns, const struct capture_info *info)
{
	const struct column time = { .unit = UNIT_TIME };
	const struct cell since = { .type = CELL_INT, .i = at_ns - info->first_ns };
	const int64_t wall_ns = at_ns + info->clock_offset_ns;
	const time_t wall_s = wall_ns / SEC;
	char seconds[32], clock[16];
	struct tm tm;

	cell_format(seconds, sizeof(seconds), &time, &since);
	if (!info->clock_offset_ns || !localtime_r(&wall_s, &tm))
		return snprintf(buf, room, "%s s", seconds);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	return snprintf(buf, room, "%s s (%s.%03d)", seconds, clock,
			(int)(wall_ns % SEC / (int64_t)NSEC_PER_MSEC));
}
