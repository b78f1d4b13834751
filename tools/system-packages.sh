#!/bin/sh
# Installs, with apt, what the downloads and the tests need beside Python. What
# is there already, by whatever name, is left alone.

missing() {
    package=$1
    for program; do command -v "$program" > /dev/null && return; done
    packages="$packages $package"
}

if ! command -v apt-get > /dev/null; then
    echo "system-packages: no apt here; install by hand: chromium epubcheck nodejs npm make" >&2
    exit 1
fi
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -q

packages="fonts-liberation fonts-dejavu-core"
# Debian has the lighter one. Ubuntu has none in apt, but GitHub's machines have Chrome.
if apt-cache show chromium-headless-shell > /dev/null 2>&1; then
    missing chromium-headless-shell
else
    missing chromium chromium-browser google-chrome
fi
missing epubcheck
missing nodejs node
missing npm
missing make
$sudo apt-get install -y -q $packages
