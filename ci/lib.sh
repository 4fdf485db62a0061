# shellcheck shell=bash
# What the scripts of ci/ share. They source it; it is no command.

# Says something, under the script's name.
say() {
    echo "ci/${0##*/}: $*" >&2
}

# Gives up: what is needed is not there. The message says what, and what to do.
unavailable() {
    say "$@"
    exit 69
}

# Whether this may start and install things on the machine.
is_root() {
    [ "$(id -u)" = 0 ]
}

# Installs Debian packages, said before; only as root, and where there is apt-get.
apt_install() {
    say "apt-get install $*"
    apt-get update >&2 || true
    DEBIAN_FRONTEND=noninteractive apt-get --option=DPkg::Lock::Timeout=300 \
        install --yes --no-install-recommends "$@" >&2
}

# Makes a folder, and gives up where nothing can be written into it.
writable() {
    local why=
    if ! why=$(mkdir -p "$1" 2>&1) || ! [ -w "$1" ]; then
        say "cannot write to $1${why:+ ($why)}: is the work tree read-only, or another user's?" \
            "Set CARGO_TARGET_DIR to a folder that you can write, or copy the work tree"
        exit 73
    fi
}

# Explains a failure by what the failed command wrote (a file), where that tells. The command's own
# messages were shown already.
explain() {
    if grep -qi 'no space left on device' "$1"; then
        say "the disk is full; \`docker system df\` and \`df -h\` say of what, \`docker system prune\`" \
            "removes images and containers that nobody uses"
    elif grep -qiE 'could not resolve|temporary failure (in name resolution|resolving)|network is unreachable|connection (refused|timed out)|no such host|i/o timeout' "$1"; then
        say "the network, or a server that it takes, cannot be reached from where this ran"
    fi
}
