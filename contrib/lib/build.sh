# shellcheck shell=bash disable=SC2154 # $root and the ports are the caller's
# Builds out of tree. Sourced after common.sh.

# build_tree DIR [CONFIGURE-OPTION...]: configures where it was not done with these options, and makes.
build_tree() {
	local dir=$1 jobs
	shift
	jobs=$(nproc)
	if [ ! -x "$root/configure" ] || [ "$root/configure.ac" -nt "$root/configure" ]; then
		say "autoreconf"
		(cd "$root" && autoreconf -i >"$root/autoreconf.log" 2>&1) ||
			die "autoreconf failed: $(tail -5 "$root/autoreconf.log")"
		rm -f "$root/autoreconf.log"
	fi
	mkdir -p "$dir"
	if [ "$(cat "$dir/.options" 2>/dev/null)" != "$*" ] || [ ! -f "$dir/Makefile" ]; then
		say "configure $* in $dir"
		(cd "$dir" && "$root/configure" "$@" >configure.out 2>&1) ||
			die "configure failed: $(tail -5 "$dir/configure.out") ($dir/config.log has more)"
		printf '%s\n' "$*" >"$dir/.options"
	fi
	say "make in $dir"
	make -C "$dir" -s -j"$jobs" >"$dir/make.out" 2>&1 || {
		tail -40 "$dir/make.out" >&2
		die "make failed in $dir (all of it: $dir/make.out)"
	}
}
