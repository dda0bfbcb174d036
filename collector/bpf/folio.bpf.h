/* SPDX-License-Identifier: GPL-2.0-only */
/* What our programs read of a folio. Include it after kernel.bpf.h. */
#ifndef RMAPSCOPE_BPF_FOLIO_H
#define RMAPSCOPE_BPF_FOLIO_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct folio {
	void *mapping;
};
/* to Linux 6.14, and from then on; only of a large folio */
struct folio___nr {
	unsigned int _folio_nr_pages, _nr_pages;
};
struct page {
	unsigned long flags;
};
enum pageflags {
	PG_head = 1,
};
#pragma clang attribute pop

/* include/linux/page-flags.h: the low bits of folio.mapping; both: of KSM */
#define FOLIO_MAPPING_FLAGS 3UL
#define FOLIO_MAPPING_ANON  1UL

/* x86: where the array of struct page is */
extern const void vmemmap_base __ksym;

static __always_inline __u64 pfn_of(const struct folio *folio)
{
	__u64 base = 0;

	bpf_probe_read_kernel(&base, sizeof(base), &vmemmap_base);
	return ((__u64)folio - base) / bpf_core_type_size(struct page);
}

/* It has more than one page. The flags are the first word in every version. */
static __always_inline bool is_large(const struct folio *folio)
{
	unsigned long flags = 0;

	bpf_probe_read_kernel(&flags, sizeof(flags), folio);
	return flags >> bpf_core_enum_value(enum pageflags, PG_head) & 1;
}

/* 0: not known */
static __always_inline __u32 nr_pages_of(const struct folio *folio)
{
	const struct folio___nr *large = (const void *)folio;

	if (!is_large(folio))
		return 1;
	if (bpf_core_field_exists(large->_folio_nr_pages))
		return BPF_CORE_READ(large, _folio_nr_pages);
	return bpf_core_field_exists(large->_nr_pages) ? BPF_CORE_READ(large, _nr_pages) : 0;
}

#endif
