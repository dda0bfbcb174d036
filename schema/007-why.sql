-- SPDX-License-Identifier: GPL-2.0-only
-- What the holder of a lock did while others waited for it.

-- Of the holder in holder_task_id, from the start of the wait, or since it got the lock itself,
-- if it waited for it then, until it let the lock go. All four are known, or none.
ALTER TABLE wait ADD COLUMN holder_ran_ns INTEGER;	-- on a CPU
ALTER TABLE wait ADD COLUMN holder_runnable_ns INTEGER;	-- preempted, or woken and not yet running
ALTER TABLE wait ADD COLUMN holder_lock_ns INTEGER;	-- asleep for another lock
ALTER TABLE wait ADD COLUMN holder_slept_ns INTEGER;	-- asleep for something else
