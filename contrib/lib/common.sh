# shellcheck shell=bash disable=SC2154 # $root and the ports are the caller's
# Shared by contrib/try and contrib/test; sourced, never run. The caller has set -eu and $root, the top of the tree.

# Progress goes to standard error, so that standard output is the answer.
say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# wait_until SECONDS COMMAND...: runs the command until it succeeds; fails when the time is over.
wait_until() {
	local end=$(($(date +%s) + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# group_gone N: no process of the group is left. One that has ended and waits to be collected by its parent is gone.
group_gone() {
	! cat /proc/[0-9]*/stat 2>/dev/null | sed 's/^.*) //' | awk -v group="$1" '$3 == group && $1 != "Z" { found = 1 } END { exit !found }'
}

# The number in a pid file; nothing where there is none.
pid_in() {
	if [ -r "$1" ]; then tr -cd 0-9 <"$1"; fi
}

# is_ours PID TEXT: does the process still run, with the text (a path of ours) among its arguments or in its environment? Numbers
# of processes are used again: nothing is ended without this.
is_ours() { [ -n "$1" ] && cat "/proc/$1/cmdline" "/proc/$1/environ" 2>/dev/null | grep -aqF -- "$2"; }

# end_group PID-FILE TEXT: ends the process group that the file names, if its leader is_ours, and waits until it is gone.
end_group() {
	local file=$1 pid
	[ -s "$file" ] || return 0
	pid=$(pid_in "$file")
	if is_ours "$pid" "$2"; then
		kill -TERM -- "$pid" 2>/dev/null || true
		wait_until 20 group_gone "$pid" || {
			say "process group $pid ($2) did not end in 20 s: killed"
			kill -KILL -- "-$pid" 2>/dev/null || true
			wait_until 10 group_gone "$pid" || die "process group $pid ($2) cannot be ended"
		}
	fi
	rm -f "$file"
}
