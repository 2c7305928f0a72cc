#!/usr/bin/env bash
# Makes a folder with MySQL 9.7 of Debian's unstable in it, for the tests of the store: they start the server in it by chroot.
# Needs root and mmdebstrap (apt-get install mmdebstrap); takes about a minute and 600 MB. It is fetched from the mirror that this
# machine's own package sources name.
#
#   test/store/mysql-root.sh FOLDER     then: CHURN_TEST_MYSQL=FOLDER npx vitest run test/store
set -euo pipefail

root=${1:?"usage: $0 FOLDER"}
command -v mmdebstrap >/dev/null || { echo "missing: mmdebstrap (apt-get install mmdebstrap)" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "needs root: sudo $0 $root" >&2; exit 2; }
[ ! -e "$root" ] || [ -z "$(ls -A "$root")" ] || { echo "$root is not empty" >&2; exit 2; }

# the main archive: neither that of security updates nor one of another vendor
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sort -u | sed -n 1p)
[ -n "$mirror" ] || mirror=$(sed -nE 's/^(URIs: *|deb (\[.*\] )?)([^ ]+\/debian\/?)( .*)?$/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | sed -n 1p)
[ -n "$mirror" ] || { echo "this machine's package sources name no archive of Debian" >&2; exit 2; }

# unstable is being written to while it is read: a file may be gone that its index names
for attempt in 1 2 3; do
  rm -rf --one-file-system "$root"
  if mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Retries "3"' \
    --include=mysql-server-core,mysql-client-core sid "$root" "$mirror"; then break; fi
  [ "$attempt" -lt 3 ] || exit 1
  sleep 10
done

chroot "$root" useradd --system --no-create-home --shell /usr/sbin/nologin mysql
# an empty data folder that each server gets a copy of: to make one takes as long as ten tests
chroot "$root" mysqld --no-defaults --initialize-insecure --user=mysql --datadir=/var/lib/mysql-empty --innodb-redo-log-capacity=32M >"$root/var/log/mysql-initialize.log" 2>&1 ||
  { tail -n 5 "$root/var/log/mysql-initialize.log" >&2; exit 1; }
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
chroot "$root" mysqld --no-defaults --version
