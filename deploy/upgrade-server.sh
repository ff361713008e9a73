#!/usr/bin/env bash
# Brings a site's server to another build, and back where that build does not get well:
#   stop · backup · migrate · try on loopback, where nobody comes · switch · start · look
# Whatever fails after the stop: the old build and the database as it was. docs/install.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/install-common.sh
. "$here/install-common.sh"

state=${VENTANILLA_STATE:-/var/lib/ventanilla}
backups=${VENTANILLA_BACKUPS:-/var/backups/ventanilla}
config=$etc/server.toml
user=${VENTANILLA_USER:-ventanilla}
health_s=${VENTANILLA_HEALTH_S:-60}
source=$(dirname "$here")
wheels="" release="" opened=0

usage() {
    cat <<'WORDS'
upgrade-server.sh [--source FOLDER] [--wheels FOLDER] [--release FOLDER] [--dry-run]
    --source      the new program's folder; default: the one this script is in
    --wheels      downloaded packages, for a machine without a network
    --release     a build that was made before, instead of --source
    --dry-run     say what would be done
WORDS
}

while [ $# -gt 0 ]; do
    case $1 in
    --source) source=$(cd "${2:?--source needs a folder}" && pwd); shift ;;
    --wheels) wheels=$(cd "${2:?--wheels needs a folder}" && pwd); shift ;;
    --release) release=$(cd "${2:?--release needs a folder}" && pwd); shift ;;
    --dry-run) dry=1 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; fail "unknown option $1" ;;
    esac
    shift
done

# server BUILD WORDS…: a command of that build, as the server's own user.
server() {
    local python=$1/.venv/bin/python
    shift
    local words=("$python" -m queue_server --config "$settings" "$@")
    if [ "$dry" -eq 1 ]; then
        echo "would: ${words[*]}"
    elif [ "$(id -un)" = "$user" ]; then
        (cd "$state" && "${words[@]}")
    else
        (cd "$state" && runuser -u "$user" -- "${words[@]}")
    fi
}

# health URL…: whether a server answers at one of them within the time, saying that it is well. It
# is this machine's own, so its certificate is not looked at.
health() {
    "$new/.venv/bin/python" - "$health_s" "$@" <<'PYTHON'
import itertools, ssl, sys, time, urllib.request
ends = time.monotonic() + float(sys.argv[1])
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
)
for url in itertools.cycle(sys.argv[2:]):
    try:
        with opener.open(url + "/api/v1/health", timeout=5) as answer:
            sys.exit(answer.status != 200)
    except OSError:
        time.sleep(0.2)
    if time.monotonic() >= ends:
        sys.exit(1)
PYTHON
}

# where FIELD: what server.toml says, as the new build reads it.
where() {
    "$new/.venv/bin/python" - "$config" "$1" <<'PYTHON'
import sys
from pathlib import Path
from queue_server.config import load_config
config = load_config(Path(sys.argv[1]))
host = "127.0.0.1" if config.host in ("0.0.0.0", "::") else config.host
found = {"address": f"{host}:{config.port}", "scheme": config.scheme}
print(found[sys.argv[2]])
PYTHON
}

free_port() {
    "$new/.venv/bin/python" -c 'import socket
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    print(probe.getsockname()[1])'
}

# A web worker of the new build on the migrated database, at an address nobody else can reach: it
# gives no number to anybody, and nothing is sent, for the jobs process does not run.
try_on_loopback() {
    local port trial=$etc/.trial-$$.toml worker code=0
    port=$(free_port)
    install -m 0600 /dev/null "$trial"
    (
        printf 'host = "127.0.0.1"\nport = %s\n' "$port"
        sed -e '0,/^\[/{/^host *=/d;/^port *=/d}' "$config"
    ) >"$trial"
    chown "$user" "$trial" 2>/dev/null || true
    set -m # a process group of its own, to end all of it
    settings=$trial server "$new" web &
    worker=$!
    set +m
    health "$(where scheme)://127.0.0.1:$port" || code=1
    kill -- "-$worker" 2>/dev/null || true
    wait "$worker" 2>/dev/null || true
    rm -f "$trial"
    return "$code"
}

# Before the new build was open to people, the database as it was. Afterwards it may have given
# numbers: the old build restores, and jumps beyond them, if it can.
put_back() {
    if [ "$opened" -eq 1 ] && server "$old" restore --help >/dev/null 2>&1; then
        server "$old" restore "$file" --key "$key" --over
    else
        server "$new" restore "$file" --key "$key" --over --exact
    fi
}

# The old build, and the database as it was before. $1: what went wrong.
go_back() {
    echo "upgrade-server.sh: $1; going back to $old" >&2
    "$systemctl" stop ventanilla-server.service || true
    put_back || fail "the database could not be put back; it is in $file, the old build in $old"
    switch_to "$old"
    "$systemctl" start ventanilla-server.service
    health "https://$(where address)" "http://$(where address)" ||
        fail "the old build does not answer either; look at its log"
    fail "it runs as before; the backup is $file"
}

need_root_or_user() {
    [ "$dry" -eq 1 ] || [ "$(id -u)" -eq 0 ] || [ "$(id -un)" = "$user" ] || fail "run it as root"
}

need_root_or_user
[ -e "$config" ] || fail "$config: there is no server here; install-server.sh makes one"
old=$(readlink -f "$opt")
[ -n "$release" ] || make_release "$source" server "$wheels"
new=$release
[ "$old" != "$(readlink -f "$new")" ] || fail "this build runs already"
settings=$config
key=$state/keys/backup.key
file=$backups/before-upgrade-$(date -u +%Y%m%dT%H%M%SZ).backup
if [ "$dry" -eq 1 ]; then
    echo "would: stop, back up to $file, migrate, try, switch from $old to $new, start, look"
    exit 0
fi
[ -e "$key" ] || server "$new" backup-key "$key"

"$systemctl" stop ventanilla-server.service
# Nobody writes any more: going back loses nothing and repeats nothing.
server "$new" backup "$file" --key "$key" || {
    "$systemctl" start ventanilla-server.service
    fail "no backup, so nothing was changed; the old build runs"
}
server "$new" init || go_back "the database could not be migrated"
try_on_loopback || go_back "the new build did not get well within $health_s s"
switch_to "$new"
opened=1
"$systemctl" start ventanilla-server.service ||
    go_back "the new build could not be started"
health "$(where scheme)://$(where address)" || go_back "the new build does not answer at its own address"
echo "the server runs $new; the backup from before is $file"
