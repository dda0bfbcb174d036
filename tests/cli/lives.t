#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Lives of one address do not overlap in the files that tests and demo show either.
. tests/tap.sh
. tests/lives.sh

sh tests/empty-db.sh "$tap_dir/fixture.db" <tests/data/fixture.sql
lives_are_sound "$tap_dir/fixture.db" fixture
tap_is "$(overlapping_lives tests/data/stock.db)" 0 "demo: lives of one address never overlap"
tap_done
