#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# as-root.sh COMMAND...: run COMMAND as root, through sudo for everybody else.
# Exit code 126 when this user cannot become root here: there is no sudo, or it
# needs a password and there is no terminal to type it on.
if [ "$(id -u)" = 0 ]; then
	exec "$@"
fi
command -v sudo >/dev/null || exit 126
if [ -t 0 ]; then
	exec sudo "$@"
fi
sudo -n true 2>/dev/null || exit 126
exec sudo -n "$@"
