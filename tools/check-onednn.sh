#!/usr/bin/env bash
# check-onednn.sh 2|3 FOLDER [COMPILER]: compiles the file for that major version of oneDNN, without making code of it, against
# the headers of Debian 12 (2) or Debian 13 (3). For systems that have the other version, so that the file that is not built
# there cannot rot. The package with the headers is fetched into FOLDER once. Exits with 77, and a line that says why, where it
# cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
usage="usage: check-onednn.sh 2|3 FOLDER [COMPILER]"
api=${1:?$usage} folder=$(realpath -m "${2:?$usage}") compiler=${3:-c++}
case $api in
  2) release=bookworm ;;
  3) release=trixie ;;
  *) echo "$usage" >&2; exit 2 ;;
esac
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=${FOVEA_DEBIAN_MIRROR:-http://deb.debian.org/debian}

skip() {
  echo "skipped: the headers of oneDNN $api cannot be had: $1"
  exit 77
}

# fetch FOLDER: the package libdnnl-dev of that release into the folder, by apt, which checks signature and checksums. The lists
# of the system are left alone.
fetch() {
  command -v apt-get >/dev/null || skip "apt-get is not installed"
  [[ -r $keyring ]] || skip "$keyring is not installed (Debian and Ubuntu: debian-archive-keyring)"
  mkdir -p "$1"/{lists/partial,cache/archives/partial,etc}
  echo "deb [signed-by=$keyring] $mirror $release main" >"$1/etc/sources.list"
  : >"$1/status"
  local options=(-qq -o Dir::State="$1" -o Dir::State::lists="$1/lists" -o Dir::State::status="$1/status"
                 -o Dir::Cache="$1/cache" -o Dir::Etc::sourcelist="$1/etc/sources.list" -o Dir::Etc::sourceparts=-
                 -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=0 -o Acquire::http::Timeout=20
                 -o APT::Update::Error-Mode=any)
  (cd "$1" && timeout 120 apt-get "${options[@]}" update && timeout 120 apt-get "${options[@]}" download libdnnl-dev) \
    >"$1/log" 2>&1 || skip "$(grep -m 1 "^E:" "$1/log" || echo "no answer in time")"
}

headers=$folder/$release
if [[ ! -d $headers ]]; then
  new=$folder/$release.new
  rm -rf "$new"
  fetch "$new"
  dpkg-deb --extract "$new"/libdnnl-dev_*.deb "$new/root"
  mv "$new/root" "$headers"
  rm -rf "$new"
fi

include=("-isystem" "$headers/usr/include")
for arch in "$headers"/usr/include/*-linux-gnu*; do
  [[ ! -d $arch ]] || include+=("-isystem" "$arch")
done
sources=(src/backend/onednn/primitives_v$api.cpp src/backend/onednn/primitive_attributes.cpp)
"$compiler" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Werror "${include[@]}" -Isrc -Iinclude "${sources[@]}"
echo "oneDNN $api ($release): ${sources[*]} compile"
