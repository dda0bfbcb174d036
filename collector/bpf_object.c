// SPDX-License-Identifier: GPL-2.0-only
#include "collector/bpf_object.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector/bpf_refusal.h"

/* The verifier's log for a refused program ends with the reason. */
#define LOG_BYTES (256 * 1024)

static int say_nothing(enum libbpf_print_level level, const char *fmt, va_list args)
{
	(void)level;
	(void)fmt;
	(void)args;
	return 0;
}

static bool has_capability(const struct __user_cap_data_struct *data, unsigned int cap)
{
	return data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

static bool is_privileged(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return false;
	return has_capability(data, CAP_SYS_ADMIN) ||
	       (has_capability(data, CAP_BPF) && has_capability(data, CAP_PERFMON));
}

/* "none integrity [confidentiality]" */
static bool is_confidential(void)
{
	FILE *f = fopen("/sys/kernel/security/lockdown", "re");
	char line[64] = "";
	bool is = f && fgets(line, sizeof(line), f) && strstr(line, "[confidentiality]");

	if (f)
		fclose(f);
	return is;
}

static int refused(int code, const struct bpf_image *image, const char *log, struct error *err)
{
	char text[256];

	return error_set(err, code, "%s",
			 bpf_refusal_text(text, sizeof(text),
					  &(struct bpf_refusal){
						  .code = code,
						  .log = log,
						  .no_btf = access("/sys/kernel/btf/vmlinux", F_OK),
						  .confidential = is_confidential(),
						  .privileged = is_privileged(),
						  .of_function = image->of_function,
					  }));
}

static struct bpf_object *open_image(const struct bpf_image *image, char *log)
{
	struct bpf_object_open_opts opts;
	size_t nr_bytes;
	const void *elf = image->elf(&nr_bytes);

	/* libbpf refuses options unless the padding at their end is zero, too: no initializer does that */
	memset(&opts, 0, sizeof(opts));
	opts.sz = sizeof(opts);
	opts.object_name = image->name;
	opts.kernel_log_buf = log;
	opts.kernel_log_size = LOG_BYTES;
	return bpf_object__open_mem(elf, nr_bytes, &opts);
}

int bpf_object_load(struct bpf_object **obj, const struct bpf_image *image, struct error *err)
{
	char *log = calloc(1, LOG_BYTES);
	int ret = 0;

	if (!log)
		return error_set(err, -ENOMEM, "out of memory");
	libbpf_set_print(say_nothing);
	*obj = open_image(image, log);
	if (!*obj)
		ret = refused(-errno, image, log, err);
	if (!ret && ((image->prepare && (ret = image->prepare(*obj, image->ctx))) ||
		     (ret = bpf_object__load(*obj)))) {
		ret = refused(ret, image, log, err);
		bpf_object__close(*obj);
		*obj = NULL;
	}
	free(log);
	return ret;
}

int bpf_object_attach(struct bpf_object *obj, const struct bpf_image *image,
		      struct bpf_program **prog, struct bpf_link **link, struct error *err)
{
	do
		*prog = bpf_object__next_program(obj, *prog);
	while (*prog && !bpf_program__autoload(*prog));
	*link = *prog ? bpf_program__attach(*prog) : NULL;
	return *link || !*prog ? 0 : refused(-errno, image, "", err);
}

int bpf_object_attach_all(struct bpf_object *obj, const struct bpf_image *image,
			  struct bpf_link **link, unsigned int max, unsigned int *nr,
			  struct error *err)
{
	struct bpf_program *prog = NULL;
	int ret;

	*nr = 0;
	do {
		ret = bpf_object_attach(obj, image, &prog, &link[*nr], err);
		*nr += !ret && prog;
	} while (!ret && prog && *nr < max);
	return ret;
}
