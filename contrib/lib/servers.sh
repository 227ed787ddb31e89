# shellcheck shell=bash disable=SC2154 # $root and the ports are the caller's
# The sandbox's mail servers: a Dovecot and a Postfix of their own below a directory, on free ports of 127.0.0.1, with a
# private CA. Nothing of the machine's own /etc/dovecot or /etc/postfix is used. Sourced after common.sh.
#
# Every address at desk.test and customer.test has a mailbox; its user is the address, its password "secret".
# mx.desk.test is the name under which this Postfix writes Authentication-Results (border.py).

domains="desk.test, customer.test"

# free_ports N: N ports of 127.0.0.1 that nobody listens on, below the range that outgoing connections use.
free_ports() {
	python3 - "$1" <<'PY'
import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    s = socket.socket()
    try:
        s.bind(("127.0.0.1", random.randrange(10000, 30000)))
        held.append(s)
    except OSError:
        s.close()
print(*[s.getsockname()[1] for s in held])
PY
}

# servers_place DIR: where the files of the sandbox lie. That is DIR, unless Postfix, Dovecot and the desk cannot walk there as the
# users they become (below somebody's closed directory): then it is a directory in /var/tmp, and DIR has links to it.
servers_place() {
	local at=$1 place
	if [ -e "$1/files" ]; then
		realpath -- "$1/files"
		return
	fi
	while [ "$at" != / ]; do
		at=$(dirname "$at")
		[ ! -d "$at" ] || [ $(($(stat -c '0%a' "$at") & 1)) = 1 ] || break
	done
	if [ "$at" = / ]; then
		printf '%s\n' "$1"
		return
	fi
	place=$(mktemp -d /var/tmp/triaged-sandbox.XXXXXX)
	say "$at is closed to the servers' users: the files lie in $place, and $1 has links to it"
	mkdir -p "$1"
	ln -s "$place" "$1/files"
	ln -s files/env "$1/env"
	ln -s files/triaged.conf "$1/triaged.conf"
	printf '%s\n' "$place"
}

# The authority, the server's request, and what the one makes of the other.
servers_openssl() {
	local dir=$1
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=triaged sandbox CA" \
		-addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
		-keyout "$dir/ca.key" -out "$dir/ca.pem" &&
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=localhost" \
			-keyout "$dir/server.key" -out "$dir/server.csr" &&
		openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 3650 \
			-extfile "$dir/server.ext" -out "$dir/server.pem" &&
		chmod 600 "$dir"/*.key
}

servers_certificate() {
	local dir=$1/tls
	[ ! -s "$1/ca.pem" ] || return 0
	mkdir -p "$dir"
	cat >"$dir/server.ext" <<-C
		subjectAltName = DNS:localhost, IP:127.0.0.1, DNS:mx.desk.test
		basicConstraints = CA:FALSE
		keyUsage = digitalSignature
		extendedKeyUsage = serverAuth
	C
	servers_openssl "$dir" >"$dir/openssl.log" 2>&1 ||
		die "openssl could not make the certificates: $(tail -3 "$dir/openssl.log")"
	cp "$dir/ca.pem" "$1/ca.pem"
}

servers_dovecot_conf() {
	local dir=$1
	cat >"$dir/dovecot/dovecot.conf" <<-C
		base_dir = $dir/dovecot/run
		state_dir = $dir/dovecot/run
		log_path = $dir/dovecot/log
		protocols = imap lmtp
		listen = 127.0.0.1
		hostname = mx.desk.test
		ssl = required
		ssl_cert = <$dir/tls/server.pem
		ssl_key = <$dir/tls/server.key
		ssl_min_protocol = TLSv1.2
		auth_mechanisms = plain login
		auth_username_format = %Lu
		auth_username_chars = ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_@
		# A wrong password is answered at once: the tests give some.
		auth_failure_delay = 0
		passdb {
		  driver = static
		  args = password=secret
		}
		userdb {
		  driver = static
		  args = uid=nobody gid=nogroup home=$dir/mail/%d/%n allow_all_users=yes
		}
		first_valid_uid = 1
		first_valid_gid = 1
		mail_location = maildir:~
		mail_fsync = never
		mail_max_userip_connections = 100
		recipient_delimiter = +
		lmtp_save_to_detail_mailbox = no
		service imap-login {
		  inet_listener imap {
		    port = $IMAP_STARTTLS_PORT
		  }
		  inet_listener imaps {
		    port = $IMAP_PORT
		    ssl = yes
		  }
		  service_count = 0
		  process_min_avail = 1
		}
		service lmtp {
		  unix_listener $dir/postfix/spool/private/dovecot-lmtp {
		    user = postfix
		    group = postfix
		    mode = 0600
		  }
		}
		service auth {
		  unix_listener $dir/postfix/spool/private/auth {
		    user = postfix
		    group = postfix
		    mode = 0600
		  }
		}
		service anvil {
		  chroot =
		}
		service stats {
		  chroot =
		}
	C
}

servers_postfix_conf() {
	local dir=$1 conf=$1/postfix/conf
	cat >"$conf/main.cf" <<-C
		compatibility_level = 3.6
		queue_directory = $dir/postfix/spool
		data_directory = $dir/postfix/data
		command_directory = $(command -v postfix | xargs dirname)
		daemon_directory = /usr/lib/postfix/sbin
		maillog_file = $dir/postfix/log
		maillog_file_prefixes = $dir
		myhostname = mx.desk.test
		mydomain = desk.test
		myorigin = desk.test
		mydestination =
		mynetworks =
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		alias_maps =
		alias_database =
		local_recipient_maps =
		recipient_delimiter = +
		virtual_mailbox_domains = $domains
		virtual_transport = lmtp:unix:private/dovecot-lmtp
		smtpd_relay_restrictions = reject_unauth_destination
		smtpd_recipient_restrictions = reject_unauth_destination
		smtpd_peername_lookup = no
		smtpd_client_connection_count_limit = 0
		smtpd_tls_chain_files = $dir/tls/server.key, $dir/tls/server.pem
		smtpd_tls_auth_only = yes
		smtpd_sasl_type = dovecot
		smtpd_sasl_path = private/auth
		smtpd_sender_login_maps = regexp:$conf/owners
		smtpd_milters = unix:private/border
		milter_default_action = tempfail
		smtputf8_enable = yes
		message_size_limit = 67108864
		mailbox_size_limit = 0
		queue_run_delay = 10s
		minimal_backoff_time = 10s
		maximal_backoff_time = 30s
	C
	# Whoever logs in owns the address and its details: support+anything@desk.test is support@desk.test.
	# shellcheck disable=SC2016 # the dollars are Postfix's
	printf '%s\n' '/^([^+@]+)(\+[^@]*)?@([^@]+)$/ $1@$3' >"$conf/owners"
	cat >"$conf/master.cf" <<-C
		127.0.0.1:$MX_PORT inet n - n - - smtpd
		  -o syslog_name=postfix/mx
		  -o local_header_rewrite_clients=
		127.0.0.1:$SMTP_PORT inet n - n - - smtpd
		  -o syslog_name=postfix/submission
		  -o smtpd_tls_security_level=encrypt
		  -o smtpd_sasl_auth_enable=yes
		  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
		  -o smtpd_sender_restrictions=reject_sender_login_mismatch
		127.0.0.1:$SMTPS_PORT inet n - n - - smtpd
		  -o syslog_name=postfix/submissions
		  -o smtpd_tls_wrappermode=yes
		  -o smtpd_sasl_auth_enable=yes
		  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
		  -o smtpd_sender_restrictions=reject_sender_login_mismatch
		pickup unix n - n 60 1 pickup
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		tlsmgr unix - - n 1000? 1 tlsmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		flush unix n - n 1000? 0 flush
		proxymap unix - - n - - proxymap
		proxywrite unix - - n - 1 proxymap
		showq unix n - n - - showq
		error unix - - n - - error
		retry unix - - n - - error
		discard unix - - n - - discard
		lmtp unix - - n - - lmtp
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		postlog unix-dgram n - n - 1 postlogd
	C
}

servers_running() {
	is_ours "$(pid_in "$1/dovecot/run/master.pid")" "$1/dovecot/dovecot.conf" &&
		is_ours "$(pid_in "$1/postfix/spool/pid/master.pid")" "$1/postfix/conf"
}

servers_answer() {
	local port
	for port in $IMAP_PORT $SMTP_PORT $MX_PORT; do
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 1
	done
	[ -S "$1/postfix/spool/private/dovecot-lmtp" ]
}

servers_start() {
	local dir=$1
	dovecot -c "$dir/dovecot/dovecot.conf" </dev/null >"$dir/dovecot/start.log" 2>&1 ||
		die "dovecot did not start: $(cat "$dir/dovecot/start.log")"
	setsid python3 "$root/contrib/lib/border.py" "$dir/postfix/spool/private/border" mx.desk.test "$dir/refusals" \
		</dev/null >"$dir/border.log" 2>&1 &
	echo $! >"$dir/border.pid"
	postfix -c "$dir/postfix/conf" start </dev/null >"$dir/postfix/start.log" 2>&1 ||
		die "postfix did not start: $(cat "$dir/postfix/start.log" "$dir/postfix/log" 2>/dev/null)"
	wait_until 20 test -S "$dir/postfix/spool/private/border" || die "border.py did not start: $(cat "$dir/border.log")"
	wait_until 20 servers_answer "$dir" || die "the mail servers do not answer; see $dir/dovecot/log and $dir/postfix/log"
}

# servers_up DIR: makes and starts them; the ports and the CA are in DIR/env. Already running: nothing to do.
servers_up() {
	local dir=$1
	[ "$(id -u)" = 0 ] || die "Dovecot and Postfix of the sandbox have to be started by root"
	servers_ports "$dir"
	! servers_running "$dir" || return 0
	servers_down "$dir"
	mkdir -p "$dir"
	chmod 755 "$dir"
	mkdir -p "$dir/dovecot/run" "$dir/mail" "$dir/postfix/conf" "$dir/postfix/data" "$dir/postfix/spool/private" "$dir/postfix/spool/pid"
	chmod 755 "$dir/dovecot" "$dir/postfix" "$dir/postfix/conf" "$dir/postfix/spool"
	chown nobody:nogroup "$dir/mail"
	chown postfix "$dir/postfix/data" "$dir/postfix/spool/private"
	chmod 700 "$dir/postfix/spool/private"
	servers_certificate "$dir"
	servers_dovecot_conf "$dir"
	servers_postfix_conf "$dir"
	servers_env "$dir"
	servers_start "$dir"
}

# A directory keeps its ports: mail clients and triaged.conf name them.
servers_ports() {
	if [ -s "$1/env" ]; then
		# shellcheck source=/dev/null
		. "$1/env"
	else
		read -r IMAP_PORT IMAP_STARTTLS_PORT SMTP_PORT SMTPS_PORT MX_PORT <<<"$(free_ports 5)"
	fi
}

servers_env() {
	cat >"$1/env" <<-C
		export IMAP_HOST=localhost
		export IMAP_PORT=$IMAP_PORT
		export IMAP_STARTTLS_PORT=$IMAP_STARTTLS_PORT
		export SMTP_HOST=localhost
		export SMTP_PORT=$SMTP_PORT
		export SMTPS_PORT=$SMTPS_PORT
		export MX_PORT=$MX_PORT
		export CA_FILE='$1/ca.pem'
	C
}

# servers_down DIR: ends what servers_up started there, and waits for it.
servers_down() {
	local dir=$1 pid
	pid=$(pid_in "$dir/postfix/spool/pid/master.pid")
	if is_ours "$pid" "$dir/postfix/conf"; then
		postfix -c "$dir/postfix/conf" stop </dev/null >"$dir/postfix/stop.log" 2>&1 || true
		wait_until 20 group_gone "$pid" || die "postfix ($pid) does not end; see $dir/postfix/stop.log"
	fi
	pid=$(pid_in "$dir/dovecot/run/master.pid")
	if is_ours "$pid" "$dir/dovecot/dovecot.conf"; then
		doveadm -c "$dir/dovecot/dovecot.conf" stop </dev/null >"$dir/dovecot/stop.log" 2>&1 || true
		wait_until 20 group_gone "$pid" || die "dovecot ($pid) does not end; see $dir/dovecot/log"
	fi
	end_group "$dir/border.pid" "$dir/postfix/spool/private/border"
}
