/* SPDX-License-Identifier: GPL-2.0-only */
/* The store as the model's sink. */
#ifndef RMAPSCOPE_STORE_SINK_H
#define RMAPSCOPE_STORE_SINK_H

#include "collector/model/sink.h"

struct store;

/* Every callback writes a row of @store, which must outlive the model. */
struct sink store_sink(struct store *store);

#endif
