#!/usr/bin/env bash
# Makes the passwords that docker/compose.yaml reads, each in a file; one that is there is kept.
set -euo pipefail
folder=$(cd "$(dirname "$0")/.." && pwd)/docker/secrets
# the folder keeps others of this machine out; the files may be read, since the user in a container has another number
mkdir -p "$folder"
chmod 700 "$folder"
for name in mysql_password mysql_root_password lab_token service_token; do
  [ -s "$folder/$name" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$folder/$name"
  chmod 644 "$folder/$name"
done
echo "docker/secrets: $(ls "$folder" | tr '\n' ' ')"
