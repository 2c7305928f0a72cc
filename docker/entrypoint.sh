#!/bin/sh
# Secrets come as files: what NAME_FILE names is read into NAME, for the secrets that the program takes as variables only.
set -eu
for name in CHURN_SERVICE_TOKEN JUPYTER_TOKEN; do
  eval "file=\${${name}_FILE:-}"
  [ -n "$file" ] || continue
  value=$(cat "$file")
  export "$name=$value"
  unset "${name}_FILE" value
done
exec "$@"
