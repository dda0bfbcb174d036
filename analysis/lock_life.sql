-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: its class, or why that is unknown; when it was first and last used.
SELECT LABEL(lock_class, l.class) AS class,
       CASE WHEN l.class IS NOT NULL THEN NULL
	    WHEN l.class_why = 0 THEN 'no stack was recorded'
	    WHEN l.class_why = 1 THEN 'its call sites are not known'
	    WHEN l.class_why = 2 THEN 'its call sites take locks of several classes'
	    WHEN l.class_why = 3 THEN 'its call sites exclude each other'
	    ELSE 'not recorded' END AS why,
       l.generation AS generation, l.first_ns - (SELECT value FROM meta WHERE key = 'first_ns') AS first_ns,
       l.last_ns - (SELECT value FROM meta WHERE key = 'first_ns') AS last_ns
FROM lock l WHERE l.id = :lock_id
