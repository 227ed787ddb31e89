# shellcheck shell=bash disable=SC2154 # $root and the ports are the caller's
# Installs what contrib/packages lists and the machine lacks. No service of a package is started or left enabled, and no
# package is removed for one of ours. Sourced after common.sh.

packages_listed() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$root/contrib/packages"; }

packages_missing() {
	local package
	for package in $(packages_listed); do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || printf '%s\n' "$package"
	done
}

packages_apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null >&2
}

# Postfix asks what it should be on this machine: nothing, the sandbox brings its own configuration.
packages_preseed() {
	printf 'postfix postfix/main_mailer_type select No configuration\n' | debconf-set-selections
}

packages_install() {
	local missing policy=/usr/sbin/policy-rc.d ours=no status=0
	missing=$(packages_missing | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	[ "$(id -u)" = 0 ] || die "these packages are missing, and only root can install them: $missing"
	say "installing: $missing"
	packages_apt update
	case " $missing" in *" postfix "*) packages_preseed ;; esac
	if [ ! -e "$policy" ]; then
		ours=yes
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	# shellcheck disable=SC2086 # a list of words
	packages_apt install --no-install-recommends --no-remove $missing || status=$?
	[ $ours = no ] || rm -f "$policy"
	[ $status = 0 ] || die "apt-get could not install $missing(see above); nothing else was done"
	case " $missing" in *" dovecot-imapd "*)
		systemctl disable --quiet dovecot.service dovecot.socket >/dev/null 2>&1 || true ;;
	esac
}
