# shellcheck shell=bash
# Functions that the scripts of ci/ source. This file is not a command.

# say TEXT…: prints a message with the script's name on standard error.
say() {
    echo "ci/${0##*/}: $*" >&2
}

# unavailable TEXT…: exits because something needed is missing. The text says what, and what to do.
unavailable() {
    say "$@"
    exit 69
}

# Whether the script may start and install things on this machine.
is_root() {
    [ "$(id -u)" = 0 ]
}

# apt_install PACKAGE…: announces and installs Debian packages. Needs root and apt-get.
apt_install() {
    say "apt-get install $*"
    apt-get update >&2 || true
    DEBIAN_FRONTEND=noninteractive apt-get --option=DPkg::Lock::Timeout=300 \
        install --yes --no-install-recommends "$@" >&2
}

# writable FOLDER: creates a folder, and exits if it is not writable.
writable() {
    local why=
    if ! why=$(mkdir -p "$1" 2>&1) || ! [ -w "$1" ]; then
        say "cannot write to $1${why:+ ($why)}: is the work tree read-only, or does it belong to another user?" \
            "Set CARGO_TARGET_DIR to a folder that you can write, or copy the work tree"
        exit 73
    fi
}

# explain FILE: explains a failure from the output of the failed command, if the output tells. The user has
# seen that output already.
explain() {
    if grep -qi 'no space left on device' "$1"; then
        say "the disk is full: \`docker system df\` and \`df -h\` show what uses it, \`docker system prune\`" \
            "removes unused images and containers"
    elif grep -qiE 'could not resolve|temporary failure (in name resolution|resolving)|network is unreachable|connection (refused|timed out)|no such host|i/o timeout' "$1"; then
        say "the network or a server cannot be reached from where this command ran"
    fi
}
