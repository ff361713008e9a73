#!/usr/bin/env bash
# Makes .venv from the hash-locked requirements and installs what screens, browsers and the judge of
# signatures need in tests.
# Quick and silent when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || {
    echo "setup: needs Python 3.11, 3.12 or 3.13; set PYTHON=/path/to/it" >&2
    exit 1
}
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    echo "setup: python3-venv is missing; run: apt-get install -y python3-venv" >&2
    exit 1
fi

stamp=.venv/installed
wanted=$(cat pyproject.toml requirements.lock | sha256sum | cut -d' ' -f1)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    echo "setup: making .venv (about half a minute the first time)"
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    [ -x .venv/bin/uv ] || .venv/bin/pip install --quiet --disable-pip-version-check uv
    # Compiled once here: otherwise every process of the product compiles its libraries anew.
    .venv/bin/uv pip install --quiet --require-hashes --compile-bytecode -r requirements.lock
    .venv/bin/uv pip install --quiet --no-deps --no-build-isolation -e .
    echo "$wanted" > "$stamp"
fi

packages=(espeak-ng libegl1 libgl1 libgl1-mesa-dri chromium poppler-utils xmlsec1)
packages+=(strace)  # the log of writes, where no file system can be mounted
packages+=(xvfb xdotool)  # a real window, and somebody at it
packages+=(gcc libpcsclite-dev pcscd vsmartcard-vpcd libmrtd0)  # chips of identity documents
missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    root=""
    if [ "$(id -u)" -ne 0 ]; then
        if sudo -n true 2>/dev/null; then root="sudo -n"; else
            echo "setup: tests need packages; run once as root:" >&2
            echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
            exit 1
        fi
    fi
    echo "setup: installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    $root apt-get update -qq
    $root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# Hosts on a network of their own, and somebody else's zeroconf among them: only root makes those.
# Nothing is to start on this machine for that, so Debian is told so while they are installed.
install_and_start_nothing() (
    no_services=/usr/sbin/policy-rc.d
    if [ ! -e "$no_services" ]; then
        trap 'rm -f "$no_services"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$no_services"
        chmod 755 "$no_services"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
)
hosts=()
if [ "$(id -u)" -eq 0 ]; then
    for package in iproute2 dbus-daemon avahi-daemon avahi-utils; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            hosts+=("$package")
    done
fi
if [ ${#hosts[@]} -gt 0 ]; then
    echo "setup: installing ${hosts[*]}"
    install_and_start_nothing "${hosts[@]}" ||
        echo "setup: no ${hosts[*]} here: the tests between hosts skip" >&2
fi

# promtool judges /metrics and the rules. Its package would start a server, so only it is taken out.
if [ ! -x .venv/bin/promtool ]; then
    echo "setup: fetching promtool"
    place=$(mktemp -d)
    if (cd "$place" && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb .) 2>/dev/null; then
        install -m 755 "$place/usr/bin/promtool" .venv/bin/promtool
    else
        echo "setup: no promtool here: its tests skip (apt-get update, then make setup)" >&2
    fi
    rm -rf "$place"
fi

# The chip reader's library is compiled here; without a compiler its tests skip, and say so.
if [ ! -f .venv/installed-pcsc ] || [ requirements-pcsc.lock -nt .venv/installed-pcsc ]; then
    echo "setup: compiling the library for chip readers"
    if .venv/bin/uv pip install --quiet --require-hashes --compile-bytecode -r requirements-pcsc.lock; then
        touch .venv/installed-pcsc
    else
        echo "setup: no chip readers here: pyscard could not be compiled" >&2
    fi
fi
