/* SPDX-License-Identifier: GPL-2.0-only */
/* A real capture, for machines where none can be made: docs/demo.db. */
	.section .rodata
	.global demo_capture, demo_capture_end
	.balign 16
demo_capture:
	.incbin "docs/demo.db"
demo_capture_end:
	.byte 0
	.section .note.GNU-stack, "", %progbits
