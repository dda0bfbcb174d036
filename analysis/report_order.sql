-- SPDX-License-Identifier: GPL-2.0-only
-- Section "order" of the report.
SELECT held AS held, taken AS taken, nr_taken AS nr_taken, nr_tried AS nr_tried,
       documented AS documented, inversion AS inversion, process AS process, comm AS comm,
       tid AS tid, held_symbol AS held_symbol, taken_symbol AS taken_symbol, time_ns AS time_ns,
       held_lock AS held_lock, taken_lock AS taken_lock, held_stack AS held_stack,
       taken_stack AS taken_stack
FROM lock_order ORDER BY inversion IS 1 DESC, held, taken, time_ns
