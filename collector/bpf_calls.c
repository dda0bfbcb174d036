// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_calls.h"

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <string.h>

/* in this order: the skeleton needs the settings */
#include "collector/bpf/waits.h"

#include "collector/bpf/calls.skel.h"
#include "collector/bpf/moves.skel.h"
#include "collector/bpf_object.h"
#include "collector/symbols.h"

/* How the names of their sections begin. */
static const char *const sections[NR_BPF_CALLS_WAYS][2] = {
	[BPF_CALLS_FENTRY] = { "fentry/", "fexit/" },
	[BPF_CALLS_KPROBE] = { "kprobe/", "kretprobe/" },
};

/* What the programs of functions replace. */
#define REPLACED "waits_begin"

const void *bpf_calls_elf(size_t *nr_bytes)
{
	return calls_bpf__elf_bytes(nr_bytes);
}

static bool is_of_way(const struct bpf_program *prog, enum bpf_calls_way way)
{
	const char *section = bpf_program__section_name(prog);

	return !strncmp(section, sections[way][0], strlen(sections[way][0])) ||
	       !strncmp(section, sections[way][1], strlen(sections[way][1]));
}

static bool is_left_out(const struct bpf_program *prog, enum bpf_calls_way way)
{
	enum bpf_calls_way other;

	for (other = 0; other < NR_BPF_CALLS_WAYS; other++)
		if (other != way && is_of_way(prog, other))
			return true;
	return !strcmp(bpf_program__name(prog), REPLACED);
}

int bpf_calls_choose(struct bpf_object *obj, enum bpf_calls_way way)
{
	struct bpf_program *prog;
	int ret = 0;

	bpf_object__for_each_program(prog, obj)
	{
		if (!ret && is_left_out(prog, way))
			ret = bpf_program__set_autoload(prog, false);
	}
	return ret;
}

int bpf_calls_share(struct bpf_object *obj, const struct bpf_object *calls)
{
	struct bpf_program *prog;
	struct bpf_map *map;
	int ret = 0;

	bpf_object__for_each_program(prog, obj)
	{
		if (!ret && !is_of_way(prog, BPF_CALLS_FENTRY))
			ret = bpf_program__set_autoload(prog, false);
	}
	bpf_object__for_each_map(map, obj)
	{
		/* the name of that of the global variables begins with the object's */
		const char *name = strchr(bpf_map__name(map), '.') ?: bpf_map__name(map);
		const int fd = bpf_object__find_map_fd_by_name(calls, name);

		if (!ret && fd >= 0)
			ret = bpf_map__reuse_fd(map, fd);
	}
	return ret;
}

static int prepare_moves(struct bpf_object *moves, void *calls)
{
	return bpf_calls_share(moves, calls);
}

int bpf_calls_add_moves(struct bpf_object **moves, struct bpf_link **link, struct bpf_object *calls,
			struct error *err)
{
	const struct bpf_image image = {
		.name = "moves",
		.elf = moves_bpf__elf_bytes,
		.of_function = true,
		.prepare = prepare_moves,
		.ctx = calls,
	};
	struct bpf_program *prog = NULL;
	/* libbpf takes the address of a variable from there */
	int ret = symbols_readable(err) ?: bpf_object_load(moves, &image, err);

	if (ret)
		return ret;
	ret = bpf_object_attach(*moves, &image, &prog, link, err);
	if (ret) {
		bpf_object__close(*moves);
		*moves = NULL;
	}
	return ret;
}
