#!/bin/bash
# Makes the user of the workbench, with no rights but on its own database. MySQL's image runs this once, on an empty volume.
set -euo pipefail

password=$(cat "${CHURN_PASSWORD_FILE:-/run/secrets/mysql_password}")
# only what needs no escaping may come between the quotes
if [[ ! $password =~ ^[A-Za-z0-9_-]{16,}$ ]]; then
  echo "docker/secrets/mysql_password: 16 or more of letters, digits, - and _ (scripts/make-secrets.sh makes it)" >&2
  exit 1
fi

# by standard input: arguments are seen by every process
MYSQL_PWD=$(cat "${MYSQL_ROOT_PASSWORD_FILE:-/run/secrets/mysql_root_password}") \
  mysql --protocol=socket --user=root <<SQL
CREATE USER IF NOT EXISTS 'churn'@'%' IDENTIFIED BY '$password';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX,
  EXECUTE, CREATE ROUTINE, ALTER ROUTINE ON \`RawData\`.* TO 'churn'@'%';
SQL
