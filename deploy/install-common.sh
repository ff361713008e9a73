# shellcheck shell=bash
# What install-server.sh, install-kiosk.sh and upgrade-server.sh share. Sourced, never run.
#
# A build lives in a folder of its own under /opt/ventanilla-releases; /opt/ventanilla is a link to
# the one that runs, so going to another build and back is one rename.

opt=${VENTANILLA_OPT:-/opt/ventanilla}
releases=$opt-releases
# shellcheck disable=SC2034  # for the scripts that source this
etc=${VENTANILLA_ETC:-/etc/ventanilla}
units=${VENTANILLA_UNITS:-/etc/systemd/system}
systemctl=${VENTANILLA_SYSTEMCTL:-systemctl}
dry=0

# A build is read by the user of its service, whatever root's own mask is on a hardened machine; what
# is not for everybody gets its mode below.
umask 022

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# Says what is done; with --dry-run it is only said.
run() {
    if [ "$dry" -eq 1 ]; then
        echo "would: $*"
    else
        "$@"
    fi
}

need_root() {
    [ "$dry" -eq 1 ] || [ "$(id -u)" -eq 0 ] || fail "run it as root"
}

need_debian_12() {
    # shellcheck source=/dev/null
    (. /etc/os-release && [ "$ID" = debian ] && [ "${VERSION_ID:-}" = 12 ]) ||
        fail "this is not Debian 12; --any-system tries all the same"
}

# Installs the Debian packages that are missing.
need_packages() {
    local missing=() each
    for each in "$@"; do
        dpkg-query -W -f='${Status}' "$each" 2>/dev/null | grep -q 'ok installed' ||
            missing+=("$each")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    run env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    run env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# need_user NAME HOME [GROUP…]: a system user nobody can sign in as.
need_user() {
    local name=$1 home=$2 group
    shift 2
    getent passwd "$name" >/dev/null ||
        run useradd --system --user-group --home-dir "$home" --shell /usr/sbin/nologin "$name"
    for group in "$@"; do
        getent group "$group" >/dev/null || run groupadd --system "$group"
        id -nG "$name" 2>/dev/null | tr ' ' '\n' | grep -qx "$group" ||
            run usermod --append --groups "$group" "$name"
    done
}

need_folder() { # PATH MODE OWNER
    run install -d -m "$2" -o "${3%%:*}" -g "${3##*:}" "$1"
}

# put SOURCE TARGET: a file of ours, replaced when it changed.
put() {
    cmp -s "$1" "$2" && return 0
    run install -D -m 0644 "$1" "$2"
}

# put_once SOURCE TARGET: a file that people edit; one that is there stays.
put_once() {
    [ -e "$2" ] || run install -D -m 0644 "$1" "$2"
}

# put_instead SOURCE TARGET: a file of ours in the place of one that Debian, or somebody, put there;
# what was there is kept beside it. Ours names that file, and is known by it.
put_instead() {
    cmp -s "$1" "$2" && return 0
    [ ! -e "$2" ] || is_ours "$2" || run cp -a "$2" "$2.before-ventanilla"
    put "$1" "$2"
}

# give_back TARGET: undoes put_instead. What somebody wrote there since is theirs and stays.
give_back() {
    is_ours "$1" || return 0
    if [ -e "$1.before-ventanilla" ]; then
        run mv -f "$1.before-ventanilla" "$1"
    else
        run rm -f "$1"
    fi
}

is_ours() {
    grep -qs "$(basename "$1").before-ventanilla" "$1"
}

# The name of the build in the folder $1 for the role $2: its version and what it is made of.
release_name() {
    local version digest
    version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$1/pyproject.toml" | head -n 1)
    digest=$(cd "$1" && find kiosk devices queue_server pyproject.toml "requirements-$2.lock" \
        -type f ! -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z |
        xargs -0 sha256sum | sha256sum | cut -c 1-12)
    echo "$2-$version-$digest"
}

# make_release SOURCE ROLE WHEELS: sets $release to the folder of the build; made once. WHEELS: a
# folder of downloaded packages for a machine without a network, or nothing.
make_release() {
    local source=$1 role=$2 wheels=$3 work
    release=$releases/$(release_name "$source" "$role")
    [ ! -e "$release/complete" ] || return 0
    if [ "$dry" -eq 1 ]; then
        echo "would: make $release from $source and requirements-$role.lock"
        return 0
    fi
    rm -rf "$release"
    install -d -m 0755 "$releases" "$release"
    python3 -m venv "$release/.venv"
    local pip=("$release/.venv/bin/python" -m pip install --quiet --disable-pip-version-check)
    [ -z "$wheels" ] || pip+=(--no-index --find-links "$wheels")
    "${pip[@]}" --require-hashes --only-binary :all: -r "$source/requirements-$role.lock"
    work=$(mktemp -d)
    (cd "$source" && cp -a kiosk devices queue_server pyproject.toml README.md "$work")
    "${pip[@]}" --no-deps --no-build-isolation "$work"
    rm -rf "$work"
    cp -a "$source/deploy" "$release/deploy"
    touch "$release/complete"
}

# The build at $1 is the one that runs from the next start on.
switch_to() {
    [ ! -e "$opt" ] || [ -L "$opt" ] ||
        fail "$opt is a folder of an older way to install; move it away first"
    run ln -sfn "$1" "$opt.next"
    run mv -T "$opt.next" "$opt"
}

has_systemd() {
    [ -n "${VENTANILLA_SYSTEMCTL:-}" ] || [ -d /run/systemd/system ]
}

# enable UNIT…: now where systemd runs, at the next boot where it does not (an image, a chroot).
enable_units() {
    if has_systemd; then
        run "$systemctl" daemon-reload
        run "$systemctl" enable --now "$@"
    elif command -v "$systemctl" >/dev/null; then
        run "$systemctl" enable "$@"
    else
        echo "there is no systemd here; start it by hand"
    fi
}

drop_units() {
    local each
    for each in "$@"; do
        [ -e "$units/$each" ] || continue
        ! has_systemd || run "$systemctl" disable --now "$each" || true
        run rm -f "$units/$each" "$units"/*.wants/"$each"
    done
    ! has_systemd || run "$systemctl" daemon-reload
}

drop_releases() { # ROLE
    case $(readlink "$opt" 2>/dev/null || true) in
    "$releases/$1-"*) run rm -f "$opt" ;;
    esac
    local each
    for each in "$releases/$1"-*; do
        [ ! -d "$each" ] || run rm -rf "$each"
    done
}
