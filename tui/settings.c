// SPDX-License-Identifier: GPL-2.0-only
#include "tui/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tui/app.h"

/* @name in our directory. False: there is no home. */
static bool settings_path(char *path, size_t room, const char *name)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	/* relative ones are invalid by the XDG Base Directory Specification */
	if (base && base[0] == '/')
		return snprintf(path, room, "%s/rmapscope%s", base, name) < (int)room;
	if (home && home[0] == '/')
		return snprintf(path, room, "%s/.config/rmapscope%s", home, name) < (int)room;
	return false;
}

static struct page *page_of(struct tui *tui, const char *screen)
{
	unsigned int i;

	for (i = 0; i < tui->nr_screens; i++)
		if (!strcmp(top_views[i].table->name, screen))
			return &tui->screens[i];
	return NULL;
}

static int column_of(const struct table_view *v, const char *name)
{
	int column = table_column(v->def, name);

	return column < 0 || column >= MAX_COLUMNS || v->def->columns[column].detail ? -1 : column;
}

static bool set_window(struct tui *tui, char *const *word)
{
	char *end;
	unsigned long s = strtoul(word[1], &end, 10);

	if (*end || !s || s > WINDOW_MAX_S)
		return false;
	tui->time.window_s = s;
	return true;
}

static bool set_sort(struct tui *tui, char *const *word)
{
	struct page *page = page_of(tui, word[1]);
	int column = page ? column_of(page->view, word[2]) : -1;

	if (column < 0 || (strcmp(word[3], "up") && strcmp(word[3], "down")))
		return false;
	table_view_sort(page->view, column, !strcmp(word[3], "down"));
	return true;
}

static bool set_hide(struct tui *tui, char *const *word)
{
	struct page *page = page_of(tui, word[1]);
	int column = page ? column_of(page->view, word[2]) : -1;

	if (column < 0)
		return false;
	page->view->columns.hidden[column] = true;
	return true;
}

static const struct {
	const char *name;
	int nr_words;
	bool (*set)(struct tui *tui, char *const *word);
} settings[] = {
	{ "window", 2, set_window },
	{ "sort", 4, set_sort },
	{ "hide", 3, set_hide },
};

/* False: the line cannot be parsed. */
static bool apply(struct tui *tui, char *line)
{
	char *word[5] = { NULL }, *save;
	unsigned int i;
	int nr = 0;

	for (word[0] = strtok_r(line, " ", &save); word[nr] && nr < 4;)
		word[++nr] = strtok_r(NULL, " ", &save);
	if (!nr)
		return true;
	for (i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!strcmp(settings[i].name, word[0]))
			return nr == settings[i].nr_words && !word[4] && settings[i].set(tui, word);
	return false;
}

static void set_defaults(struct tui *tui)
{
	unsigned int i;

	tui->time.window_s = WINDOW_DEFAULT_S;
	for (i = 0; i < tui->nr_screens; i++) {
		struct page *page = &tui->screens[i];

		table_view_free(page->view);
		table_view_init(page->view, &top_views[i]);
		page->view->focused = true;
	}
}

/* The text of the file for the present settings. */
static void describe(const struct tui *tui, char *text, size_t room)
{
	FILE *f = fmemopen(text, room, "w");
	unsigned int i, k;

	if (!f)
		return;
	fprintf(f, "window %u\n", tui->time.window_s);
	for (i = 0; i < tui->nr_screens; i++) {
		const struct table_view *v = tui->screens[i].view;

		if (v->sort != SORT_AS_READ &&
		    (v->sort != table_default_sort(v->def) || !v->descending))
			fprintf(f, "sort %s %s %s\n", v->def->name, v->def->columns[v->sort].name,
				v->descending ? "down" : "up");
		for (k = 0; k < table_nr_columns(v->def) && k < MAX_COLUMNS; k++)
			if (v->columns.hidden[k])
				fprintf(f, "hide %s %s\n", v->def->name, v->def->columns[k].name);
	}
	fclose(f);
}

int settings_load(struct tui *tui, struct error *err)
{
	char path[4096], line[256];
	unsigned int nr = 0;
	FILE *f = NULL;
	int ret = 0;

	if (settings_path(path, sizeof(path), "/top"))
		f = fopen(path, "re");
	while (!ret && f && fgets(line, sizeof(line), f)) {
		nr++;
		line[strcspn(line, "\n")] = '\0';
		if (apply(tui, line))
			continue;
		set_defaults(tui);
		ret = error_set(err, -EBADMSG, "%s is damaged in line %u, and is ignored", path,
				nr);
	}
	if (f)
		fclose(f);
	return ret;
}

void settings_mark(struct tui *tui)
{
	describe(tui, tui->settings, sizeof(tui->settings));
}

/* Write a new file and rename it: a reader always finds a complete one. */
static int write_file(const char *path, const char *text, struct error *err)
{
	char new[4200];
	FILE *f;
	int ret = 0;

	snprintf(new, sizeof(new), "%s.%d", path, getpid());
	f = fopen(new, "we");
	if (!f)
		return error_set(err, -errno, "cannot keep the settings: %s: %s", new,
				 strerror(errno));
	errno = 0;
	fputs(text, f);
	if (fclose(f) || rename(new, path))
		ret = error_set(err, -errno ?: -EIO, "cannot keep the settings: %s: %s", path,
				strerror(errno));
	if (ret)
		unlink(new);
	return ret;
}

int settings_save(struct tui *tui, struct error *err)
{
	char path[4096], text[sizeof(tui->settings)] = "", *slash;

	describe(tui, text, sizeof(text));
	if (!strcmp(text, tui->settings) || !settings_path(path, sizeof(path), ""))
		return 0;
	slash = strrchr(path, '/');
	*slash = '\0';
	mkdir(path, 0700);
	*slash = '/';
	mkdir(path, 0700);
	settings_path(path, sizeof(path), "/top");
	return write_file(path, text, err);
}
