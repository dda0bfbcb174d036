-- SPDX-License-Identifier: GPL-2.0-only
-- Of flame graphs: the time waited in each stack.
SELECT p.comm AS process, t.comm AS comm, k.frames AS stack, s.wait_ns AS wait_ns
FROM stack_sum s
JOIN task t ON t.id = s.task_id
LEFT JOIN process p ON p.id = t.process_id
LEFT JOIN stack k ON k.id = s.stack_id
ORDER BY s.id
