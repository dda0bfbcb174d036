#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-only
# A terminal's screen as SVG: `tmux capture-pane -e -p | svg.pl >screen.svg`
use strict;
use warnings;
no warnings 'qw'; # '#' in colours
use open qw(:std :encoding(UTF-8));

my ($cell_x, $cell_y) = (7.83, 17);
my @colours = qw(#1d1f21 #cc6666 #8fbf6a #e6c05a #6a9fd4 #b294bb #70c0ba #c5c8c6);
my ($fg, $bg, $bold, $reverse) = (undef, undef, 0, 0);
my ($y, $width, @out) = (0, 0);

sub style {
	for my $code (split /;/, shift || 0) {
		if ($code == 0) { ($fg, $bg, $bold, $reverse) = (undef, undef, 0, 0) }
		elsif ($code == 1) { $bold = 1 }
		elsif ($code == 7) { $reverse = 1 }
		elsif ($code >= 30 && $code <= 37) { $fg = $code - 30 }
		elsif ($code == 39) { $fg = undef }
		elsif ($code >= 40 && $code <= 47) { $bg = $code - 40 }
		elsif ($code == 49) { $bg = undef }
	}
}

sub columns {
	my $n = 0;
	# wide characters of East Asia take two
	$n += /[\x{1100}-\x{115f}\x{2e80}-\x{a4cf}\x{ac00}-\x{d7a3}\x{f900}-\x{faff}\x{ff00}-\x{ff60}]/ ? 2 : 1
		for split //, shift;
	return $n;
}

sub draw {
	my ($x, $text) = @_;
	my ($f, $b) = ($fg // 7, $bg);
	($f, $b) = ($b // 0, $f) if $reverse;
	my ($px, $py, $w) = ($x * $cell_x, $y * $cell_y, columns($text) * $cell_x);
	push @out, sprintf '<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>', $px, $py, $w,
		$cell_y, $colours[$b] if defined $b;
	return if $text =~ /^ *$/;
	$text =~ s/&/&amp;/g;
	$text =~ s/</&lt;/g;
	# not every browser keeps spaces for xml:space
	$text =~ s/ /\x{a0}/g;
	push @out, sprintf '<text x="%.1f" y="%d" textLength="%.1f" fill="%s"%s>%s</text>', $px, $py + 13,
		$w, $colours[$f], $bold ? ' font-weight="bold"' : '', $text;
}

while (my $line = <STDIN>) {
	chomp $line;
	my $x = 0;
	for my $part (split /(\e\[[0-9;]*m)/, $line) {
		if ($part =~ /^\e\[([0-9;]*)m$/) { style($1); next }
		# not every font has wide characters as wide as two others
		for my $run (split /([^\x{0}-\x{10ff}\x{2000}-\x{2e7f}]+)/, $part) {
			draw($x, $run) if length $run;
			$x += columns($run);
		}
	}
	$width = $x if $x > $width;
	$y++;
}
printf qq(<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="monospace" font-size="13">\n),
	$width * $cell_x, $y * $cell_y;
print qq(<rect width="100%" height="100%" fill="$colours[0]"/>\n);
print "$_\n" for @out;
print "</svg>\n";
