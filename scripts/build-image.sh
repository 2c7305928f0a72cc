#!/usr/bin/env bash
# Builds the image of the Dockerfile and tries what is in it, without a Docker engine: buildah builds in a chroot, on a base
# that mmdebstrap and the npm packages of Node make. Needs root on Debian; takes four minutes and 4 GB in a temporary folder, or
# a quarter of an hour and 10 GB where overlays cannot be mounted.
#
#   scripts/build-image.sh            build and try; the last line is "image: N passed, N failed"
#   BASE=node:24-bookworm-slim …      build on a base that buildah can pull, instead of one made here
#   KEEP=folder …                     work in this folder, leave the images in it, and use the base that is there
#   scripts/build-image.sh base       make the base alone
#   TARGET=jupyter …                  build one stage of the Dockerfile alone
set -euo pipefail
cd "$(dirname "$0")/.."
project=$PWD

for tool in buildah mmdebstrap node npm; do
  command -v "$tool" >/dev/null || { echo "missing: $tool (apt-get install -y buildah mmdebstrap)" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "needs root: sudo $0" >&2; exit 2; }

work=${KEEP:-$(mktemp -d)}
mkdir -p "$work"
export TMPDIR=$work
store=(--storage-driver overlay --root "$work/storage" --runroot "$work/run")
# where overlays cannot be mounted every step is a copy of all files
buildah "${store[@]}" info >/dev/null 2>&1 || { rm -rf "$work/storage"; store[1]=vfs; }
pids=()
# a container that is left mounted keeps the folder
clean() {
  local rc=$?
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done
  buildah "${store[@]}" umount --all >/dev/null 2>&1 || true
  [ -n "${KEEP:-}" ] || { sleep 1; rm -rf --one-file-system "$work" || true; }
  exit "$rc"
}
trap clean EXIT
step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

# the base: Debian, Node 24 and npm, and the user "node", as the official image has them
make_base() {
  local sources root=$work/root container
  sources=/etc/apt/sources.list.d/debian.sources
  [ -e "$sources" ] || sources=/etc/apt/sources.list
  [ -d "$root" ] || mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$root" "$sources"
  npm pack --silent --pack-destination "$work" "node-linux-$(node -p process.arch)@24" npm@11 >/dev/null
  tar -xzf "$(ls "$work"/node-linux-*.tgz | sort -V | tail -n 1)" -C "$root/usr/local" --strip-components=1 package/bin
  mkdir -p "$root/usr/local/lib/node_modules/npm"
  tar -xzf "$(ls "$work"/npm-*.tgz | sort -V | tail -n 1)" -C "$root/usr/local/lib/node_modules/npm" --strip-components=1
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  chroot "$root" sh -c 'id node >/dev/null 2>&1 || useradd --uid 1000 --user-group --shell /bin/sh --create-home node'
  container=$(buildah "${store[@]}" from scratch)
  buildah "${store[@]}" add --quiet "$container" "$root" / >/dev/null
  buildah "${store[@]}" config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah "${store[@]}" commit --quiet --rm "$container" churn-base >/dev/null
  rm -rf --one-file-system "$root"
}

# how this machine reaches its package registries: mounted while building, and no part of the image
mounts=()
mount_file() { if [ -e "$1" ]; then mounts+=(--volume "$1:$2:ro"); fi; }
mount_file /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/debian.sources
mount_file /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
mount_file /etc/pip.conf /etc/pip.conf
mount_file "$HOME/.npmrc" /root/.npmrc
mount_file "$(npm config get globalconfig)" /usr/local/etc/npmrc

if [ -z "${BASE:-}" ]; then
  step "the base"
  if ! buildah "${store[@]}" inspect --type image churn-base >/dev/null 2>&1; then make_base; fi
  BASE=localhost/churn-base
  [ "${1:-}" != base ] || exit 0
fi
step "the image"
# steps that were built before are used again where they are kept
layers=$([ -n "${KEEP:-}" ] && echo true || echo false)
# the format of Docker: the other one has no health check
buildah "${store[@]}" bud --quiet --format docker --isolation chroot --network host --layers="$layers" "${mounts[@]}" \
  --build-arg BASE="$BASE" ${TARGET:+--target "$TARGET"} --tag "${TARGET:-churn-workbench}" .
[ -z "${TARGET:-}" ] || exit 0
step "the tests of the image"
"$project/test/docker/try-image.sh" "${store[@]}"
step "done"
