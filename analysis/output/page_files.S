/* SPDX-License-Identifier: GPL-2.0-only */
/* The style and the script of the page that html.c makes, as strings. */
	.section .rodata
	.global page_css, page_js
page_css:
	.incbin "analysis/output/page.css"
	.byte 0
page_js:
	.incbin "analysis/output/page.js"
	.byte 0
	.section .note.GNU-stack, "", %progbits
