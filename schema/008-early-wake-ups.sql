-- SPDX-License-Identifier: GPL-2.0-only
-- A waiter that was woken may find the lock taken by another thread, and sleep again.

-- part of runnable_ns: after earlier wake-ups than the last one. NULL: unknown
ALTER TABLE wait ADD COLUMN early_runnable_ns INTEGER;
