-- SPDX-License-Identifier: GPL-2.0-only
-- Detail of a lock: its class, or why that is unknown; when it was first and last used.
SELECT LABEL(lock_class, l.class) AS class,
       CASE WHEN l.class IS NOT NULL THEN NULL
	    WHEN l.class_why = CLASS_WHY_NO_STACK THEN 'no stack was recorded'
	    WHEN l.class_why = CLASS_WHY_UNKNOWN_SITE THEN 'its call sites are not known'
	    WHEN l.class_why = CLASS_WHY_SEVERAL THEN 'its call sites take locks of several classes'
	    WHEN l.class_why = CLASS_WHY_CONTRADICTED THEN 'its call sites exclude each other'
	    ELSE 'not recorded' END AS why,
       l.generation AS generation, l.first_ns - FIRST_NS() AS first_ns,
       l.last_ns - FIRST_NS() AS last_ns
FROM lock l WHERE l.id = :lock_id
