-- SPDX-License-Identifier: GPL-2.0-only
-- For the header of reports and screens, which read it again and again: each query reads few
-- rows, by an index.
SELECT (SELECT count(*) FROM wait WHERE outcome = OUTCOME_OPEN) AS nr_open,
       (SELECT min(start_ns) FROM wait WHERE outcome = OUTCOME_OPEN) AS first_open_ns,
       (SELECT count(*) FROM main.wait WHERE outcome = OUTCOME_OPEN) AS nr_open_all,
       coalesce(sum(nr_lost_min), 0) AS nr_lost, coalesce(sum(nr_gaps), 0) AS nr_gaps,
       coalesce(sum(nr_unknown), 0) AS nr_uncounted
FROM lost
