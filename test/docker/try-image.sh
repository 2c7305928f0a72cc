#!/usr/bin/env bash
# Tries what is in the image churn-workbench, as its user; the arguments are options of buildah. Called by scripts/build-image.sh.
set -uo pipefail
b=(buildah "$@")
passed=0
failed=0
log=$(mktemp)
started=
container=$("${b[@]}" from churn-workbench) || exit 1
clean() {
  # the group: buildah, and what it runs
  [ -z "$started" ] || kill -- "-$started" 2>/dev/null
  "${b[@]}" rm "$container" >/dev/null 2>&1
  rm -f "$log"
}
trap clean EXIT

inside() { "${b[@]}" run --isolation chroot --network host --user node "$container" -- "$@"; }
# a test is a sentence and a command that must succeed; what it printed is shown when it does not
it() {
  local name=$1
  shift
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "✓ $name"
  else
    failed=$((failed + 1))
    echo "✗ $name: $*"
    tail -n 20 "$log"
  fi
}
# passes when the command prints what matches
prints() {
  local want=$1
  shift
  "$@" >"$log.out" 2>&1
  local rc=$?
  cat "$log.out"
  grep -Eq "$want" "$log.out" && [ "$rc" = 0 ]
  rc=$?
  rm -f "$log.out"
  return "$rc"
}
config() { "${b[@]}" inspect --type image --format "{{.Docker.Config.$1}}" churn-workbench; }

it "its user is not root" prints '^node$' config User
it "it has a health check" prints 'HEALTH_URL' config Healthcheck
it "it reads secrets from files" prints '^token-of-a-file$' \
  inside sh -c 'echo token-of-a-file >/tmp/t; JUPYTER_TOKEN_FILE=/tmp/t churn-entrypoint sh -c "echo \$JUPYTER_TOKEN\${JUPYTER_TOKEN_FILE:-}"'
it "it starts Lab" prints 'churn lab' config Cmd
it "no environment variable holds what the machine set while building" \
  inside sh -c '! env | grep -Ei "token|password|registry|index_url|cafile"'
it "nothing of the machine's settings is left in it" \
  inside sh -c 'for f in /root/.npmrc /etc/pip.conf /usr/local/etc/npmrc; do if [ -s "$f" ]; then echo "$f"; exit 1; fi; done'
it "it has no packages that only development needs" \
  inside sh -c 'for p in vitest typescript @biomejs/biome playwright-core; do if [ -e "node_modules/$p" ]; then echo "$p"; exit 1; fi; done'
it "its user cannot change the program" inside sh -c '! touch dist/x bin/x node_modules/x package.json 2>/dev/null'
it "churn doctor finds what it needs, Jupyter too" prints '✓ Jupyter' inside churn doctor
it "churn download makes the sample" \
  prints '"rows": [1-9]' inside churn download --json --source 'sample:?subscribers=300&days=90'
it "churn run does the whole job on it" \
  inside churn run --source 'sample:?subscribers=300&days=90' --html false
it "churn download says what is wrong with a bucket" \
  sh -c "$(printf '%q ' "${b[@]}") run --isolation chroot --user node $container -- churn download --source gs://logs 2>&1 | grep 'no object name'"

# what goes on until it is ended: a group of its own, so that all of it can be
start() {
  setsid "${b[@]}" run --isolation chroot --network host --user node "$container" -- \
    sh -c 'echo $$ >/tmp/pid; echo a-token-of-a-file >/tmp/token; exec env CHURN_SERVICE_TOKEN_FILE=/tmp/token churn-entrypoint "$@"' sh "$@" \
    >"$log.run" 2>&1 3>&- 4>&- &
  started=$!
}
free_port() { node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
# by the command of the health check, at the address of its variable
answers() {
  for _ in $(seq 60); do
    if inside sh -c "HEALTH_URL=$1 node -e 'fetch(process.env.HEALTH_URL).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))'"; then return 0; fi
    sleep 1
  done
  cat "$log.run"
  return 1
}
ends() {
  inside sh -c "kill -$1 \$(cat /tmp/pid)" || return 1
  for _ in $(seq 30); do
    kill -0 "$started" 2>/dev/null || { started=; return 0; }
    sleep 1
  done
  return 1
}
status() { curl -s -o /dev/null -w '%{http_code}\n' "$@"; }

port=$(free_port)
start churn serve --only stream --port "$port"
it "the stream service answers the health check" answers "http://127.0.0.1:$port/healthz"
it "the stream service lets nobody in without the token of the file" prints '^401$' status "http://127.0.0.1:$port/stream"
it "the stream service lets in who has it" \
  prints '^200$' status -H 'Authorization: Bearer a-token-of-a-file' "http://127.0.0.1:$port/stream"
it "the stream service ends by SIGTERM" ends TERM

port=$(free_port)
start churn lab --no-browser --port "$port"
it "Lab answers the health check" answers "http://127.0.0.1:$port/api"
url=$(grep -Eo "http://[^ ]+token=[0-9a-f]+" "$log.run" | head -n 1)
token=${url##*token=}
it "Lab lets nobody in without its token" prints '^(302|403)$' status "http://127.0.0.1:$port/api/contents"
it "Lab shows the notebooks to who has it" \
  prints '01-download' curl -s "http://127.0.0.1:$port/api/contents/notebooks?token=$token"
it "Lab offers our kernel" prints '"language": ?"typescript"' curl -s "http://127.0.0.1:$port/api/kernelspecs?token=$token"
it "Lab ends by an interrupt" ends INT
rm -f "$log.run"

echo "image: $passed passed, $failed failed"
[ "$failed" = 0 ]
