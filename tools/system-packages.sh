#!/bin/sh
# Installs, with apt, what the downloads and the tests need beside Python. What is there already, by whatever name, is left alone:
# Ubuntu has no Chromium in apt, but GitHub's machines have Chrome.

missing() {
    package=$1
    for program; do command -v "$program" > /dev/null && return; done
    set -- "$package"
    packages="$packages $1"
}

packages="fonts-liberation fonts-dejavu-core"
missing chromium chromium-browser google-chrome
missing epubcheck
missing nodejs node
missing npm
missing make

if ! command -v apt-get > /dev/null; then
    echo "system-packages: no apt here; install by hand: $packages" >&2
    exit 1
fi
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -q && $sudo apt-get install -y -q $packages
