-- SPDX-License-Identifier: GPL-2.0-only
-- What programs tell of themselves: the slices that a thread was in when it fell asleep or waited for a
-- lock, and those of the thread that ended that. A slice is a part of a program's work that has a name.

-- one row per nest of slices that another table refers to; rarely two rows with the same names
CREATE TABLE slice (
	id	INTEGER PRIMARY KEY,
	names	TEXT NOT NULL	-- a line each, outermost first, cut
) STRICT;

ALTER TABLE stall ADD COLUMN slice_id INTEGER;	-- slice.id: where its thread was; NULL: in none, or not told
ALTER TABLE stall ADD COLUMN waker_slice_id INTEGER;	-- likewise who woke it, then
ALTER TABLE wait ADD COLUMN slice_id INTEGER;	-- likewise: where the waiter was
ALTER TABLE wait ADD COLUMN holder_slice_id INTEGER;	-- who held the lock, as it woke the waiter
