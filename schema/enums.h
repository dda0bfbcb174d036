/* SPDX-License-Identifier: GPL-2.0-only */
/* The enumerations of enums.def as C constants. */
#ifndef RMAPSCOPE_ENUMS_H
#define RMAPSCOPE_ENUMS_H

enum stored_value {
#define DOMAIN(name)
#define VALUE(domain, id, value, label) id = value,
#include "schema/enums.def"
#undef DOMAIN
#undef VALUE
};

#define ENUM_NONE (-1) /* stored as NULL */

/* Number of lock classes, for arrays indexed by class. */
#define NR_LOCK_CLASSES 5

#endif
