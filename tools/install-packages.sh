#!/usr/bin/env bash
# install-packages.sh PURPOSE...: installs the Debian packages of those purposes (tools/debian-packages.txt) that are not
# installed yet; asks for root through sudo only if there are any.
set -euo pipefail
list="$(dirname "$0")/debian-packages.txt"
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)

missing=()
for purpose in "$@"; do
  for package in $(sed -n "s/^$purpose: //p" "$list"); do
    [[ $package != *@* || ${package#*@} == "$release" ]] || continue
    package=${package%@*}
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

echo "Installing ${missing[*]}"
as_root=()
[[ $(id -u) -eq 0 ]] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
