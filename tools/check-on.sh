#!/usr/bin/env bash
# check-on.sh bookworm|trixie [quickstart|tests]: runs the README's two commands (or one of them) in a fresh Debian root, on a
# copy of this work tree. Needs root and debootstrap. The root, made anew each time, is build/check-on/RELEASE, and the log
# lies beside it. Mounts are private to the commands and go with them; no folder of this machine is mounted into the root.
set -euo pipefail
cd "$(dirname "$0")/.."
release=${1:?usage: check-on.sh bookworm|trixie [quickstart|tests]}
which=${2:-both}
[[ $release =~ ^[a-z]+$ ]] || { echo "check-on.sh: '$release' is no name of a Debian release" >&2; exit 2; }
mirror=${FOVEA_DEBIAN_MIRROR:-http://deb.debian.org/debian}
folder=$PWD/build/check-on
root=$folder/$release
log=$folder/$release.log

for program in debootstrap unshare; do
  command -v $program >/dev/null || { echo "check-on.sh: install ${program/unshare/util-linux}" >&2; exit 1; }
done
[[ $(id -u) -eq 0 ]] || { echo "check-on.sh: must run as root" >&2; exit 1; }
mkdir -p "$folder"
# What an interrupted run left; --one-file-system keeps to what this script made.
rm -rf --one-file-system "$root"
echo "== $release: debootstrap (log: $log)"
debootstrap --variant=minbase "$release" "$root" "$mirror" >"$log" 2>&1 || { tail -n 5 "$log"; exit 1; }
# debootstrap makes /dev/null and its like in the root itself. A root that is thrown away need not be synced to the disk at
# each package.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/force-unsafe-io"
# Certificate authorities of this machine's own, which a proxy may need; npm reads them from NODE_EXTRA_CA_CERTS.
mkdir -p "$root/usr/local/share/ca-certificates"
find /usr/local/share/ca-certificates -name '*.crt' -exec cp -t "$root/usr/local/share/ca-certificates" {} + 2>/dev/null || true

mkdir "$root/fovea"
git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x -C "$root/fovea"

# in_root COMMAND...: with processes, mounts and /proc of its own.
in_root() {
  unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" \
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt bash -c "cd /fovea && $*" >>"$log" 2>&1
}

failed=0
run() {
  local begin=$SECONDS
  echo "== $release: $1" | tee -a "$log"
  if in_root "$1"; then
    echo "== $release: $1 passed in $((SECONDS - begin)) s" | tee -a "$log"
  else
    echo "== $release: $1 FAILED after $((SECONDS - begin)) s; the end of $log:" | tee -a "$log"
    tail -n 30 "$log"
    failed=1
  fi
}
[[ $which == tests ]] || run ./quickstart.sh
[[ $which == quickstart ]] || run ./run-tests.sh
exit $failed
