-- SPDX-License-Identifier: GPL-2.0-only
-- What threads did, as the scheduler counts it, between the first and the last of their samples.

ALTER TABLE cpu_rollup ADD COLUMN seen_ns INTEGER;	-- time between these samples. NULL: unknown
ALTER TABLE cpu_rollup ADD COLUMN runnable_ns INTEGER;	-- of it the thread waited for a CPU. NULL: unknown
