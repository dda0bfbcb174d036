#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# prove runs every test through this: programs and scripts alike.
exec "$@"
