// SPDX-License-Identifier: GPL-2.0-only
/* Blobs of any content as histograms; what is accepted survives a round trip. */
#include <errno.h>
#include <stdlib.h>

#include "schema/hist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hist h = { 0 }, again = { 0 };
	int ret = hist_decode_add(&h, data, size);
	uint8_t *blob;
	size_t bytes;
	uint32_t i;

	if (ret && ret != -EBADMSG)
		abort();
	for (i = 0; i < h.nr; i++)
		if (h.bucket[i].number >= HIST_BUCKETS ||
		    (i && h.bucket[i].number <= h.bucket[i - 1].number))
			abort();
	if (!ret) {
		blob = malloc(hist_encoded_max(&h) + 1);
		bytes = hist_encode(&h, blob);
		if (bytes > hist_encoded_max(&h) || hist_decode_add(&again, blob, bytes) ||
		    again.nr != h.nr || hist_count(&again) != hist_count(&h) ||
		    hist_quantile(&again, 0.5) != hist_quantile(&h, 0.5) ||
		    hist_quantile(&h, 0) > hist_quantile(&h, 1))
			abort();
		free(blob);
	}
	hist_free(&h);
	hist_free(&again);
	return 0;
}
