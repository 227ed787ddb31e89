# shellcheck shell=bash disable=SC2154 # $root and the ports are the caller's
# The sandbox's desk: its configuration and triaged itself, below the same directory. Sourced after common.sh and servers.sh.

desk_user() {
	getent passwd triaged >/dev/null ||
		useradd --system --user-group --no-create-home --home-dir /var/lib/triaged --shell /usr/sbin/nologin triaged
}

# desk_mailbox NAME QUEUE DONE
desk_mailbox() {
	cat <<-C
		mailbox $1 {
		    address   $1@desk.test
		    imap      tls localhost:$IMAP_PORT user $1@desk.test password-file "$1.secret"
		    smtp      starttls localhost:$SMTP_PORT user $1@desk.test password-file "$1.secret"
		    done      $3
		    queue     $2
		}
	C
}

desk_conf() {
	local dir=$1
	cat <<-C
		# The desk of the sandbox in $dir. triaged.conf(5) explains every word.
		desk "Acme Support" {
		    store      "$dir/desk/desk.db"
		    keys       "$dir/desk/keys"
		    control    "$dir/desk/control"
		    user       "triaged"
		    postmaster manager@desk.test
		    ca-file    "$dir/ca.pem"
		}

		trust mx.desk.test

		team support {
		    agent   agent1@desk.test "Jana Agent"
		    agent   agent2@desk.test "Peter Agent"
		    manager manager@desk.test
		}

		queue general { team support }
		queue billing { team support }

	C
	desk_mailbox support general 'move "Processed"'
	echo
	desk_mailbox billing billing flag
}

desk_files() {
	local dir=$1 name
	desk_user
	mkdir -p "$dir/desk"
	chmod 700 "$dir/desk"
	chown triaged:triaged "$dir/desk"
	for name in support billing; do
		[ -e "$dir/$name.secret" ] || (umask 277 && echo secret >"$dir/$name.secret")
	done
	[ -e "$dir/triaged.conf" ] || desk_conf "$dir" >"$dir/triaged.conf"
}

desk_env() {
	local dir=$1 programs=$2
	sed -i -e '/TRIAGED_/d' -e '/PATH=/d' "$dir/env"
	cat >>"$dir/env" <<-C
		export TRIAGED_CONF='$dir/triaged.conf'
		export TRIAGED_SOCKET='$dir/desk/control'
		export PATH='$programs':"\$PATH"
	C
}

# desk_up DIR PROGRAMS: the servers are up; starts triaged and comes back when it answers.
desk_up() {
	local dir=$1 programs=$2 pid
	desk_files "$dir"
	desk_env "$dir" "$programs"
	pid=$(pid_in "$dir/triaged.pid")
	! is_ours "$pid" "$dir/triaged.conf" || return 0
	"$programs/triagectl" check "$dir/triaged.conf" >"$dir/check.log" 2>&1 ||
		die "triaged does not take $dir/triaged.conf: $(cat "$dir/check.log")"
	setsid "$programs/triaged" -f -c "$dir/triaged.conf" </dev/null >>"$dir/triaged.log" 2>&1 &
	echo $! >"$dir/triaged.pid"
	wait_until 30 "$programs/triagectl" -c "$dir/triaged.conf" status ||
		die "triaged does not answer; the end of $dir/triaged.log: $(tail -5 "$dir/triaged.log")"
}

desk_down() { end_group "$1/triaged.pid" "$1/triaged.conf"; }
