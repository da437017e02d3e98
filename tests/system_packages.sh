#!/bin/sh
# Installs the programs that the tests drive and this machine lacks, where that is possible: as root, by apt-get.
# What cannot be had is said in one sentence; that stops the run only under CI=true.
set -u

found() {
    for program in "$@"; do
        PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1 && return 0
    done
    return 1
}

wanted=""
found mosquitto || wanted="$wanted mosquitto"
found chromium chromium-browser google-chrome || wanted="$wanted chromium"
# The real store is then built by it; without Debian's keys it could not tell what it downloads.
found docker debootstrap || [ -n "${CLERESTORY_TEST_DATABASE_URL:-}" ] || wanted="$wanted debootstrap debian-archive-keyring"
[ -n "$wanted" ] || exit 0

give_up() {
    echo "$1" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 0
}

if [ "$(id -u)" != 0 ] || ! found apt-get; then
    give_up "Not on this machine:$wanted. Tests that need them are skipped; install them with your package manager (Debian: apt-get install$wanted)."
fi

export DEBIAN_FRONTEND=noninteractive
echo "Installing$wanted"
log=$(mktemp)
apt-get update >"$log" 2>&1 && apt-get install --yes --no-install-recommends $wanted >>"$log" 2>&1 ||
    give_up "apt-get could not install$wanted ($(tail -n 1 "$log"), see $log); tests that need them are skipped."
rm -f "$log"
