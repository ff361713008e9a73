#!/usr/bin/env bash
# Installs one kiosk on Debian 12: packages, user, build, configuration, screen, udev rules, service.
# Run again, it changes only what is different; docs/install.md, docs/lock_down.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/install-common.sh
. "$here/install-common.sh"

state=${VENTANILLA_STATE:-/var/lib/ventanilla-kiosk}
x11=${VENTANILLA_X11:-/etc/X11}
user=kiosk
source=$(dirname "$here")
code="" server="" wheels="" screen=x any=0 start=1 remove=0 purge=0
all_units=(ventanilla-kiosk.service ventanilla-x.service ventanilla-cage.service)

usage() {
    cat <<'WORDS'
install-kiosk.sh --code A01 [--server URL] [--cage] [--source FOLDER] [--wheels FOLDER] [--no-start]
                 [--any-system]
install-kiosk.sh --uninstall [--purge]
    --code        one letter and two digits; written into a new kiosk.toml only
    --server      https://address:port, where the network lets no multicast through
    --cage        Wayland with one program on it, instead of a bare X server
    --source      the program's folder; default: the one this script is in
    --wheels      downloaded packages, for a machine without a network
    --no-start    install, and start nothing
    --uninstall   take the program away; configuration, journal and its key stay
    --purge       with --uninstall: these go as well. Money that was not told is lost with them
    --dry-run     say what would be done
WORDS
}

while [ $# -gt 0 ]; do
    case $1 in
    --code) code=${2:?--code needs a code}; shift ;;
    --server) server=${2:?--server needs an address}; shift ;;
    --cage) screen=cage ;;
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
    drop_units "${all_units[@]}"
    run rm -f "$x11/xorg.conf.d/10-ventanilla.conf"
    give_back "$x11/Xwrapper.config"
    ! has_systemd || run "$systemctl" unmask getty@tty1.service
    drop_releases kiosk
    if [ "$purge" -eq 1 ]; then
        run rm -rf "$etc/kiosk.toml" "$state"
        run rm -f /etc/udev/rules.d/70-ventanilla.rules /etc/udev/rules.d/10-ventanilla-usb.rules
        ! getent passwd "$user" >/dev/null || run userdel "$user"
        return
    fi
    echo "kept: $etc/kiosk.toml, $state (journal and its key), udev rules; --purge takes them away"
}

# Devices are written into it by hand, once they are there: `python -m devices list`.
write_settings() {
    local target=$etc/kiosk.toml
    [ ! -e "$target" ] || return 0
    if [ "$dry" -eq 1 ]; then
        echo "would: write $target for the kiosk $code"
        return 0
    fi
    install -m 0640 -g "$user" /dev/null "$target.new"
    sed -e "s|^code = \"[^\"]*\"|code = \"$code\"|" \
        -e "s|^journal = \"[^\"]*\"|journal = \"$state/journal.db\"|" \
        -e "s|^journal_key_file = \"[^\"]*\"|journal_key_file = \"$state/journal.key\"|" \
        "$source/deploy/kiosk.toml" >"$target.new"
    [ -z "$server" ] || sed -i -e "s|^# \[server\]|[server]|" \
        -e "s|^# url = .*|url = \"$server\"|" "$target.new"
    chown "root:$user" "$target.new"
    chmod 0640 "$target.new"
    mv "$target.new" "$target"
}

install_screen() {
    local deploy=$source/deploy
    if [ "$screen" = cage ]; then
        put "$deploy/cage/ventanilla-cage.service" "$units/ventanilla-cage.service"
        return
    fi
    put "$deploy/systemd/ventanilla-x.service" "$units/ventanilla-x.service"
    put "$deploy/systemd/ventanilla-kiosk.service" "$units/ventanilla-kiosk.service"
    put_once "$deploy/xorg/10-ventanilla.conf" "$x11/xorg.conf.d/10-ventanilla.conf"
    put_instead "$deploy/xorg/Xwrapper.config" "$x11/Xwrapper.config"
}

need_root
if [ "$remove" -eq 1 ]; then
    uninstall
    exit 0
fi
[ "$any" -eq 1 ] || need_debian_12
[ -e "$etc/kiosk.toml" ] || [[ $code =~ ^[A-Z][0-9]{2}$ ]] ||
    fail "--code A01: which kiosk is this? One capital letter and two digits"
[ -z "$server" ] || [[ $server =~ ^https://[A-Za-z0-9.:-]+$ ]] || fail "--server https://address:port"
packages=(python3 python3-venv ca-certificates espeak-ng alsa-utils)
packages+=(libgl1 libegl1 libgl1-mesa-dri libmtdev1)
if [ "$screen" = cage ]; then
    packages+=(cage xwayland)
else
    packages+=(xserver-xorg-core xserver-xorg-input-libinput xserver-xorg-legacy)
fi
need_packages "${packages[@]}"
need_user "$user" "$state" dialout audio video input
need_folder "$etc" 0755 root:root
need_folder "$state" 0700 "$user:$user"
make_release "$source" kiosk "$wheels"
write_settings
switch_to "$release"
install_screen
put_once "$source/deploy/udev/70-ventanilla.rules" /etc/udev/rules.d/70-ventanilla.rules
put_once "$source/deploy/udev/10-ventanilla-usb.rules" /etc/udev/rules.d/10-ventanilla-usb.rules
! has_systemd || run "$systemctl" mask getty@tty1.service
if [ "$start" -eq 1 ]; then
    if [ "$screen" = cage ]; then
        enable_units ventanilla-cage.service
    else
        enable_units ventanilla-x.service ventanilla-kiosk.service
    fi
fi
echo "write the devices into $etc/kiosk.toml and /etc/udev/rules.d, then look at docs/lock_down.md"
