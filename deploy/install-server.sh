#!/usr/bin/env bash
# Installs the queue server of one site on Debian 12: packages, user, build, configuration, service,
# nightly backup. Run again, it changes only what is different; docs/install.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/install-common.sh
. "$here/install-common.sh"

state=${VENTANILLA_STATE:-/var/lib/ventanilla}
backups=${VENTANILLA_BACKUPS:-/var/backups/ventanilla}
user=ventanilla
source=$(dirname "$here")
site="" wheels="" any=0 start=1 remove=0 purge=0
service_units=(ventanilla-server.service ventanilla-backup.service ventanilla-backup.timer)

usage() {
    cat <<'WORDS'
install-server.sh --site CODE [--source FOLDER] [--wheels FOLDER] [--no-start] [--any-system]
install-server.sh --uninstall [--purge]
    --site CODE   2 to 20 capitals, digits, hyphens; written into a new server.toml only
    --source      the program's folder; default: the one this script is in
    --wheels      downloaded packages, for a machine without a network
    --no-start    install, and start nothing
    --uninstall   take the program away; configuration, data, keys and backups stay
    --purge       with --uninstall: these go as well. Nothing brings them back
    --dry-run     say what would be done
WORDS
}

while [ $# -gt 0 ]; do
    case $1 in
    --site) site=${2:?--site needs a code}; shift ;;
    --source) source=$(cd "${2:?--source needs a folder}" && pwd); shift ;;
    --wheels) wheels=$(cd "${2:?--wheels needs a folder}" && pwd); shift ;;
    --no-start) start=0 ;;
    --any-system) any=1 ;;
    --uninstall) remove=1 ;;
    --purge) purge=1 ;;
    --dry-run) dry=1 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; fail "unknown option $1" ;;
    esac
    shift
done

uninstall() {
    drop_units "${service_units[@]}"
    drop_releases server
    if [ "$purge" -eq 1 ]; then
        run rm -rf "$etc/server.toml" "$state" "$backups"
        ! getent passwd "$user" >/dev/null || run userdel "$user"
        return
    fi
    echo "kept: $etc, $state (data and keys), $backups; --purge takes them away as well"
}

write_settings() {
    local target=$etc/server.toml
    [ ! -e "$target" ] || return 0
    if [ "$dry" -eq 1 ]; then
        echo "would: write $target for the site $site"
        return 0
    fi
    install -m 0640 -g "$user" /dev/null "$target.new"
    sed -e "s|^site = \"[^\"]*\"|site = \"$site\"|" \
        -e "s|^database = \"[^\"]*\"|database = \"$state/ventanilla.db\"|" \
        -e "s|^data_key_file = \"[^\"]*\"|data_key_file = \"$state/keys/data.key\"|" \
        -e "s|^audit_key_file = \"[^\"]*\"|audit_key_file = \"$state/keys/audit.key\"|" \
        -e "s|^folder = \"tls\"|folder = \"$state/tls\"|" \
        -e "s|^anchor_file = \"[^\"]*\"|anchor_file = \"$state/audit-anchors.log\"|" \
        "$source/deploy/server.toml" >"$target.new"
    mv "$target.new" "$target"
}

as_server() {
    run runuser -u "$user" -- "$opt/.venv/bin/python" -m queue_server \
        --config "$etc/server.toml" "$@"
}

need_root
if [ "$remove" -eq 1 ]; then
    uninstall
    exit 0
fi
[ "$any" -eq 1 ] || need_debian_12
[ -e "$etc/server.toml" ] || [[ $site =~ ^[A-Z0-9-]{2,20}$ ]] ||
    fail "--site CODE: which site is this? 2 to 20 capitals, digits, hyphens; it never changes"
need_packages python3 python3-venv ca-certificates espeak-ng
need_user "$user" "$state"
need_folder "$etc" 0755 root:root
need_folder "$state" 0700 "$user:$user"
need_folder "$backups" 0700 "$user:$user"
make_release "$source" server "$wheels"
write_settings
switch_to "$release"
for each in "${service_units[@]}"; do
    put "$source/deploy/systemd/$each" "$units/$each"
done
(cd "$state" 2>/dev/null || cd /; as_server init)
[ -e "$state/keys/backup.key" ] || as_server backup-key "$state/keys/backup.key"
[ "$start" -eq 0 ] || enable_units ventanilla-server.service ventanilla-backup.timer
echo "the server is at $opt; its keys in $state/keys and $state/tls: keep copies elsewhere"
