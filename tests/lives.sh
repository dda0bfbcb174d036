# SPDX-License-Identifier: GPL-2.0-only
# What holds of the locks of every database. Source it after tests/tap.sh.

# Pairs of lives of one address that overlap; a VMA lock is told by its VMA, too
overlapping_lives() {
	sqlite3 -readonly "$1" "SELECT count(*) FROM lock a JOIN lock b ON b.address = a.address AND
		b.generation > a.generation AND b.first_ns < a.last_ns
		WHERE a.class IS NOT 3 AND b.class IS NOT 3"
}

# Waits and holds that are not within the life of their lock
outside_of_life() {
	sqlite3 -readonly "$1" "SELECT count(*) FROM
		(SELECT lock_id, start_ns, duration_ns FROM wait
		UNION ALL SELECT lock_id, start_ns, duration_ns FROM hold) s
		JOIN lock l ON l.id = s.lock_id
		WHERE s.start_ns < l.first_ns OR s.start_ns + coalesce(s.duration_ns, 0) > l.last_ns"
}

# lives_are_sound DB NAME
lives_are_sound() {
	tap_is "$(overlapping_lives "$1")" 0 "$2: lives of one address never overlap"
	tap_is "$(outside_of_life "$1")" 0 "$2: waits and holds lie within the life of their lock"
}
