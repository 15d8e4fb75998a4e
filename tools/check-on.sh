#!/usr/bin/env bash
# check-on.sh bookworm|trixie [quickstart|tests|package]...: runs the README's two commands in a fresh Debian root, on a copy of
# this work tree, packs the program there and runs the package in a second fresh root, which has no compiler; or only the parts
# that are named. Needs root and debootstrap. The roots, made anew each time, are build/check-on/RELEASE and RELEASE-package, and the
# log lies beside them. Mounts are private to the commands and go with them; no folder of this machine is mounted into a root.
set -euo pipefail
cd "$(dirname "$0")/.."
release=${1:?usage: check-on.sh bookworm|trixie [quickstart|tests|package]...}
parts=("${@:2}")
[[ ${#parts[@]} -gt 0 ]] || parts=(quickstart tests package)
for part in "${parts[@]}"; do
  [[ $part =~ ^(quickstart|tests|package)$ ]] || { echo "check-on.sh: '$part' is none of quickstart, tests, package" >&2; exit 2; }
done
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
: >"$log"
echo "== $release: debootstrap (log: $log)"

# make_root FOLDER
make_root() {
  # Leftovers of an interrupted run; --one-file-system keeps to what this script made.
  rm -rf --one-file-system "$1"
  debootstrap --variant=minbase "$release" "$1" "$mirror" >>"$log" 2>&1 || { tail -n 5 "$log"; exit 1; }
  # debootstrap makes /dev/null and its like in the root itself. A root that is thrown away need not be synced to the disk at
  # each package.
  echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/force-unsafe-io"
  # Certificate authorities of this machine's own, which a proxy may need; npm reads them from NODE_EXTRA_CA_CERTS.
  mkdir -p "$1/usr/local/share/ca-certificates"
  find /usr/local/share/ca-certificates -name '*.crt' -exec cp -t "$1/usr/local/share/ca-certificates" {} + 2>/dev/null || true
}
make_root "$root"

mkdir "$root/fovea"
git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x -C "$root/fovea"

# in_root ROOT COMMAND: with processes, mounts and /proc of its own.
in_root() {
  unshare --mount --pid --fork --kill-child --mount-proc="$1/proc" \
    chroot "$1" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt bash -c "$2" >>"$log" 2>&1
}

failed=0
# run NAME ROOT COMMAND
run() {
  local begin=$SECONDS
  echo "== $release: $1" | tee -a "$log"
  if in_root "$2" "$3"; then
    echo "== $release: $1 passed in $((SECONDS - begin)) s" | tee -a "$log"
  else
    echo "== $release: $1 FAILED after $((SECONDS - begin)) s; the end of $log:" | tee -a "$log"
    tail -n 30 "$log"
    failed=1
    return 1
  fi
}

# The Debian package of the program that quickstart.sh builds, installed and run where nothing else is.
try_package() {
  [[ -x $root/fovea/build/quickstart/fovea ]] || run "build for the package" "$root" "cd /fovea && ./quickstart.sh" || return 1
  run "cpack -G DEB" "$root" "cd /fovea && tools/install-packages.sh package && cmake build/quickstart >/dev/null &&
    cpack -G DEB --config build/quickstart/CPackConfig.cmake -B build/quickstart" || return 1
  make_root "$root-package"
  cp "$root"/fovea/build/quickstart/fovea_*.deb "$root-package"
  run "install the package and run it" "$root-package" "set -ex
    apt-get update -q && apt-get install -y -q --no-install-recommends /fovea_*.deb
    if command -v g++ cmake; then exit 1; fi
    cd /tmp && fovea --version
    fovea classify /usr/share/fovea/samples/church.jpg | tee answer && grep -q church answer
    fovea saliency /usr/share/fovea/samples/*.jpg --figure -o out
    fovea class-model --class 'golf ball' --sheet -o out
    ls -l out && test -s out/sheet.png && test -s /usr/share/man/man1/fovea.1.gz"
}

for part in "${parts[@]}"; do
  case $part in
    quickstart) run ./quickstart.sh "$root" "cd /fovea && ./quickstart.sh" || true ;;
    tests) run ./run-tests.sh "$root" "cd /fovea && ./run-tests.sh" || true ;;
    package) try_package || true ;;
  esac
done
exit $failed
