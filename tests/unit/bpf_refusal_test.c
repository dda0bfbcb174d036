// SPDX-License-Identifier: GPL-2.0-only
/* What a refused BPF program means, by what was found. */
#include <errno.h>
#include <string.h>

#include "collector/bpf_refusal.h"
#include "tests/unit/unit.h"

#define LOG "0: R1=ctx()\ninvalid access to map value\nprocessed 3 insns (limit 1000000)\n"

static const struct {
	struct bpf_refusal r;
	const char *text; /* how it begins */
} cases[] = {
	{ { .code = -ENOSYS }, "this kernel has no BPF; needs CONFIG_BPF_SYSCALL" },
	{ { .code = -ESRCH, .no_btf = true, .privileged = true },
	  "this kernel does not describe its types" },
	{ { .code = -EPERM },
	  "not permitted; run as root, or once: sudo setcap cap_bpf,cap_perfmon" },
	{ { .code = -EPERM, .of_function = true }, "not permitted; run as root" },
	{ { .code = -EPERM, .confidential = true, .privileged = true },
	  "the kernel's lockdown denies it" },
	{ { .code = -EPERM, .privileged = true, .of_function = true, .log = "" },
	  "this kernel does not allow tracing its functions" },
	{ { .code = -ESRCH, .privileged = true, .of_function = true },
	  "this kernel has no such function to trace" },
	{ { .code = -524, .privileged = true, .of_function = true },
	  "this kernel cannot attach to its functions (ENOTSUPP)" },
	{ { .code = -EACCES, .privileged = true, .log = LOG },
	  "the kernel's verifier refuses it: invalid access to map value" },
	{ { .code = -EPERM, .privileged = true, .of_function = true, .log = LOG },
	  "the kernel's verifier refuses it: invalid access to map value" },
	{ { .code = -EINVAL, .privileged = true, .log = "" },
	  "the kernel or libbpf refuses it: Invalid argument" },
	{ { .code = -EINVAL, .privileged = true, .log = "processed 0 insns\n" },
	  "the kernel or libbpf refuses it: Invalid argument" },
};

static void a_refusal_is_told_with_its_remedy(void **state)
{
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bpf_refusal_text(text, sizeof(text), &cases[i].r);
		text[strlen(cases[i].text)] = '\0';
		assert_string_equal(text, cases[i].text);
		assert_null(strchr(text, '\n'));
	}
}

static void a_line_is_cut_to_its_room(void **state)
{
	char text[8];

	(void)state;
	bpf_refusal_text(text, sizeof(text), &(struct bpf_refusal){ .code = -ENOSYS });
	assert_string_equal(text, "this ke");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_told_with_its_remedy),
		cmocka_unit_test(a_line_is_cut_to_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
