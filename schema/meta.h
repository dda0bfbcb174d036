/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of table meta. */
#ifndef RMAPSCOPE_META_H
#define RMAPSCOPE_META_H

/* Key "limits", with its NUL: a line for each event that a capture lacks, and for each note. */
#define META_LIMITS_LEN 6144

/* Among the events of keys "formats" and "came": starts and ends of frames. */
#define FRAMES_EVENT "android:frametimeline"

#endif
