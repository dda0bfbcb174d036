# SPDX-License-Identifier: GPL-2.0-only
# Read messages of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/):
# what an export writes is read by other code than that which wrote it.
package proto;
use strict;
use warnings;

sub varint {
	my ($bytes, $at) = @_;
	my ($value, $shift) = (0, 0);
	while (1) {
		die "a number passes the end\n" if $$at >= length($$bytes);
		my $byte = ord(substr($$bytes, $$at++, 1));
		$value |= ($byte & 0x7f) << $shift;
		return $value if !($byte & 0x80);
		$shift += 7;
		die "a number has over ten bytes\n" if $shift > 63;
	}
}

# The fields of a message: number => [values in their order]. A number is unsigned;
# bytes, texts and messages are strings.
sub fields {
	my ($bytes) = @_;
	my ($at, %field) = (0);
	while ($at < length($bytes)) {
		my $tag = varint(\$bytes, \$at);
		my ($number, $kind, $value) = ($tag >> 3, $tag & 7);
		die "field 0\n" if !$number;
		if ($kind == 0) {
			$value = varint(\$bytes, \$at);
		} elsif ($kind == 1 || $kind == 2) {
			my $len = $kind == 1 ? 8 : varint(\$bytes, \$at);
			die "field $number passes the end\n" if $len > length($bytes) - $at;
			$value = substr($bytes, $at, $len);
			$at += $len;
			$value = unpack('Q<', $value) if $kind == 1;
		} else {
			die "field $number has the kind $kind\n";
		}
		push(@{$field{$number}}, $value);
	}
	return \%field;
}

# The numbers of a packed field
sub packed {
	my ($bytes) = @_;
	my ($at, @values) = (0);
	push(@values, varint(\$bytes, \$at)) while $at < length($bytes);
	return @values;
}

# The value of a field that occurs at most once
sub one {
	my ($message, $number) = @_;
	my @values = @{$message->{$number} // []};
	die "field $number occurs " . @values . " times\n" if @values > 1;
	return $values[0];
}

sub slurp {
	my ($path) = @_;
	local $/;
	open(my $in, '<:raw', $path) or die "$path: $!\n";
	return scalar(<$in>);
}

1;
