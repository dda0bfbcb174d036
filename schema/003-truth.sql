-- SPDX-License-Identifier: GPL-2.0-only
-- Schema version 3: what a wait, a stall and a loss do not tell in version 2.

-- enum class_why: why lock.class is NULL; NULL where it is not, and in a file of an
-- earlier schema version
ALTER TABLE lock ADD COLUMN class_why INTEGER;

-- one readable row per lock life
CREATE VIEW locks AS
SELECT l.id, printf('%x', l.address) || CASE l.generation WHEN 0 THEN '' ELSE '#' || l.generation END AS lock,
       (SELECT label FROM enum WHERE domain = 'lock_class' AND value = l.class) AS class,
       (SELECT label FROM enum WHERE domain = 'class_why' AND value = l.class_why) AS class_why,
       l.first_ns, l.last_ns, p.comm AS process,
       v.start AS vma_start, v.end AS vma_end, v.name AS vma_name
FROM lock l
LEFT JOIN vma v ON v.id = l.vma_id
LEFT JOIN process p ON p.id = v.process_id;
