-- SPDX-License-Identifier: GPL-2.0-only
-- The cells of the matrix with names: see analysis/blame_matrix.h.
SELECT c.waiter_nr AS waiter_nr, t.comm AS comm, p.comm AS process, t.tgid AS tgid, c.holder_nr AS holder_nr, c.cause AS cause, h.comm AS holder_comm,
       hp.comm AS holder_process, h.tgid AS holder_tgid, c.nr_waits AS nr_waits, c.wait_ns AS wait_ns
FROM matrix_cell c
LEFT JOIN task t ON t.id = c.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN task h ON h.id = c.holder_task_id
LEFT JOIN process hp ON hp.id = h.process_id
ORDER BY c.waiter_nr, c.holder_nr
