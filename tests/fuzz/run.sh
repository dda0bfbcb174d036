#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: [SEED=N] tests/fuzz/run.sh [SECONDS [NAME...]]
#
# Build the fuzzers with clang and run each for SECONDS (20) from a few seeds
# made here. One TAP line each; what was found is kept in $BUILD/fuzz/NAME/found.
#
# tracedat reads files mostly by libtracecmd and libtraceevent, perfdata the formats of
# events by the latter: a crash inside them is reported as "not ok ... # TODO", with the
# function, and does not end the run; any crash in our code is a failure.
set -u

cd "$(dirname "$0")/../.."
seconds=${1:-20}
[ $# -gt 0 ] && shift
names=${*:-database decode hist model perfdata perfetto procmap tracedat}
out=${BUILD:-build}/fuzz
CLANG=${CLANG:-clang}
limits="-timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=1000000"

if ! command -v "$CLANG" >/dev/null; then
	echo "1..0 # SKIP skipped: no clang"
	exit 0
fi
mkdir -p "$out"
flags="-std=gnu11 -D_GNU_SOURCE -I. -I$out -O1 -g -pthread -fno-omit-frame-pointer"
flags="$flags -fno-sanitize-recover=all"
cflags=$(pkg-config --cflags libtracefs libtraceevent libtracecmd libzstd zlib sqlite3 ck | sed 's/-I/-isystem /g')
libs="$(pkg-config --libs libtracefs libtraceevent libtracecmd libzstd zlib sqlite3 ck) -lm"
echo 'int LLVMFuzzerTestOneInput(const unsigned char *, unsigned long);
int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return !d && n; }' \
	>"$out/probe.c"
if ! $CLANG -fsanitize=fuzzer,address,undefined -o "$out/probe" "$out/probe.c" 2>"$out/log"; then
	echo "1..0 # SKIP skipped: clang has no libFuzzer (package libclang-rt-*-dev)"
	exit 0
fi

mkdir -p "$out/schema"
sh schema/embed.sh "$out/schema/sql.c" "$out/schema/sql.h" schema/*.sql analysis/*.sql
# shellcheck disable=SC2086 # options
$CLANG $flags -o "$out/known_list" schema/make/known_list.c schema/steps.c \
	"$out/schema/sql.c" -lsqlite3 && "$out/known_list" >"$out/schema/known_list.c"
sources_database="analysis/*.c analysis/output/*.[cS] schema/hist.c schema/hist_sql.c schema/known.c schema/output_file.c
	schema/migrate.c schema/steps.c $out/schema/sql.c $out/schema/known_list.c cli/show.c tui/timeline.c
	tests/fuzz/mutate.c tests/fuzz/read_all.c"
sources_decode="collector/decode.c collector/kstack.c"
sources_hist="schema/hist.c"
sources_model="collector/model/*.c collector/kstack.c collector/symbols.c schema/hist.c"
sources_perfdata="collector/perfdata_*.c collector/source.c collector/decode.c collector/kstack.c
	collector/losses.c collector/reorder.c collector/symbols.c"
sources_perfetto="collector/perfetto_*.c collector/source.c collector/decode.c collector/kstack.c
	collector/losses.c collector/reorder.c collector/atrace.c"
sources_procmap="collector/procmap.c"
sources_tracedat="collector/tracedat_source.c collector/tracedat_head.c collector/source.c"
sources_tracedat="$sources_tracedat collector/decode.c collector/kstack.c collector/continuity.c"
sources_tracedat="$sources_tracedat collector/page_watch.c collector/source_file.c collector/unpack.c collector/tep_parse.c"

# seeds NAME DIR
seeds() {
	case $1 in
	database) # a value, bytes, a schema
		printf '\000\000\005\003\002\001\000\001' >"$2/value"
		printf '\013\000\003\001\002\003\004' >"$2/bytes"
		printf '\016\000\001' >"$2/schema"
		;;
	decode)	# contention_begin, kernel_stack of two frames
		printf '\230\001\0\0\144\0\0\0\0\020\0\0\0\0\0\0\004\0\0\0' >"$2/begin"
		{
			printf '\004\0\0\0\144\0\0\0\002\0\0\0\0\0\0\0'
			printf '\020\0\0\201\377\377\377\377\020\020\0\201\377\377\377\377'
		} >"$2/stack"
		;;
	hist)
		printf '\012\001\005\300\002\377\001\001' >"$2/three"
		;;
	model)	# begin, its stack, a loss, end
		{
			printf '\000\001\001\002\000\004\000\377\007\001\001\000\000\001\000\377'
			printf '\010\001\001\000\004\001\000\001\001\001\001\000\000\000\000\377'
		} >"$2/wait"
		;;
	procmap)
		printf '7f0000001000-7f0000002000 rw-p 00001000 fe:01 77 /tmp/a b\\012c (deleted)' >"$2/file"
		;;
	tracedat | perfdata | perfetto)
		$CLANG $flags $cflags -DMAKE_SEED -o "$out/make_seed" "tests/fuzz/$1_fuzz.c" \
			$libs || return
		for kind in 0 1 2 3; do
			"$out/make_seed" $kind >"$2/kind-$kind"
		done
		;;
	esac
}

# A file for every length that the small files of directory $1 can be cut to, in directory $2.
cut_all() {
	mkdir -p "$2"
	for file in "$1"/*; do
		perl -e 'my ($to, $name) = @ARGV; local $/; my $all = <STDIN>;
			foreach my $nr (0 .. length($all)) {
				open(my $out, ">", "$to/$name-$nr") or die "$to: $!\n";
				print $out substr($all, 0, $nr);
				close($out) or die "$to: $!\n";
			}' "$2" "${file##*/}" <"$file"
	done
}

# The first function of a report that is not the sanitizer's or libc's.
guilty() {
	sed -n 's/^ *#[0-9]* 0x[0-9a-f]* *//p' "$1" |
		grep -Ev 'sanitizer|interceptor|/libc\.so|/llvm|asan_|in malloc|in (__)?(mem|str)[a-z]* ' |
		grep -Em1 'libtrace(cmd|event)|libzstd|collector/|schema/|analysis/|lib/|cli/|tui/|tests/fuzz'
}

# One TAP line for what was found by NAME in DIR.
judge() {
	ours=0 theirs=0 first=
	for crash in "$2"/found/*; do
		[ -f "$crash" ] || continue
		ASAN_OPTIONS=$asan "$out/$1_fuzz" $limits "$crash" >"$2/report" 2>&1 && continue
		where=$(guilty "$2/report")
		case $where in
		*libtracecmd* | *libtraceevent* | *libzstd*)
			theirs=$((theirs + 1))
			;;
		*)
			ours=$((ours + 1))
			cp "$2/report" "$2/report.ours"
			;;
		esac
		echo "# $crash: $(sed -n 's/^SUMMARY: //p' "$2/report" | head -n1)"
		[ -z "$where" ] || echo "#   at $where"
	done
	if [ $ours -gt 0 ]; then
		echo "not ok $nr - $1: $ours inputs crash it, see $2/found"
		failed=1
	elif [ $theirs -gt 0 ]; then
		echo "not ok $nr - $1: $theirs inputs crash a trace library # TODO in the library"
	else
		echo "ok $nr - $1: nothing found in $seconds s"
	fi
}

nr=0 failed=0
for name in $names; do
	nr=$((nr + 1))
	dir=$out/$name
	rm -rf "$dir"
	mkdir -p "$dir/corpus" "$dir/found"
	eval "sources=\$sources_$name"
	# the library leaks what it has parsed of a file that it then refuses, and
	# believes the sizes in a file: malloc() says no, as it would in real life
	asan=detect_leaks=1 fork=
	case $name in tracedat | perfdata)
		asan=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=512
		fork="-fork=1 -ignore_crashes=1 -ignore_ooms=1 -ignore_timeouts=1"
		;;
	esac
	if ! $CLANG $flags $cflags -fsanitize=fuzzer,address,undefined -o "$out/${name}_fuzz" \
		"tests/fuzz/${name}_fuzz.c" $sources lib/*.c $libs >"$out/log" 2>&1; then
		sed 's/^/# /' "$out/log"
		echo "not ok $nr - $name: does not build"
		failed=1
		continue
	fi
	seeds "$name" "$dir/corpus"
	# files from the field may end at any byte; of trace.dat the library reads them, and fails
	case $name in perfdata | perfetto)
		cut_all "$dir/corpus" "$dir/cut"
		ASAN_OPTIONS=$asan "$out/${name}_fuzz" -runs=0 -max_len=1000000 $limits -artifact_prefix="$dir/found/" \
			"$dir/cut" >"$dir/log" 2>&1
		echo "# $name: cut at every byte: $(find "$dir/cut" -type f | wc -l) files"
		rm -rf "$dir/cut"
		;;
	esac
	# -seed: the same inputs in every run, as far as time allows
	ASAN_OPTIONS=$asan timeout $((seconds + 60)) "$out/${name}_fuzz" $fork -seed=${SEED:-1} \
		-max_total_time="$seconds" -max_len=16384 -len_control=0 $limits \
		-artifact_prefix="$dir/found/" "$dir/corpus" >"$dir/log" 2>&1
	echo "# $name: $(grep -Eo 'cov: [0-9]+' "$dir/log" | tail -n1)," \
		"$(find "$dir/corpus" -type f | wc -l) inputs in the corpus"
	judge "$name" "$dir"
done
echo "1..$nr"
exit $failed
