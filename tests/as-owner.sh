#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# as-owner.sh COMMAND...: run COMMAND as the owner of this source tree when root
# runs make in somebody else's tree, so that no file in it belongs to root.
owner=$(stat -c %u .)
if [ "$(id -u)" != 0 ] || [ "$owner" = 0 ]; then
	exec "$@"
fi
exec setpriv --reuid="$owner" --regid="$(stat -c %g .)" --clear-groups "$@"
