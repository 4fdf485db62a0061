# shellcheck shell=bash
# Functions of ci/real-programs: Debian's packages for another architecture, unpacked into a folder. They use its
# variables `work`, `root`, `target`, `name` and `sysroot`, and say in `why` what failed.
# shellcheck disable=SC2154 # those variables

# Program, and the packages that it needs; `+NAME` is made by the function build_NAME.
# shellcheck disable=SC2034 # ci/real-programs uses them
programs=(
    "xz xz-utils"
    "zstd zstd"
    "pigz pigz"
    "pbzip2 pbzip2"
    "lbzip2 lbzip2"
    "redis redis-server"
    "python3 python3"
    "node nodejs"
    "sqlite sqlite3"
    "fzf fzf"
    "memcached memcached"
    "java default-jre-headless +java"
    "tbb flexbar"
    "openmp primecount-bin"
    "rayon b3sum"
    "ripgrep ripgrep"
    "tokio +tokio"
)

# row_of NAME ROW…: prints the row whose first word is NAME.
row_of() {
    local name=$1 row
    shift
    for row; do
        if [ "${row%% *}" = "$name" ]; then
            echo "$row"
            return 0
        fi
    done
    return 1
}

# apt, with the folders and the architecture of prepare_apt.
foreign_apt() {
    APT_CONFIG=$apt/apt.conf timeout --kill-after=5 "$download_limit" apt-get --quiet=2 "$@"
}

# What apt said last.
apt_error() {
    local error
    error=$(grep '^[EW]:' "$apt/log" | head -n 1)
    echo "${error:-no answer in time}"
}

# prepare_apt ARCHITECTURE RELEASE: makes an apt that knows the packages of this architecture and release, and
# believes that none is installed. The server is that of this machine's own sources.
prepare_apt() {
    local architecture=$1 release=$2 server keys=/usr/share/keyrings/debian-archive-keyring.gpg log
    why=
    apt=$work/apt/$architecture-$release
    log=$apt/log
    [ ! -e "$apt/ready" ] || return 0
    server=$(apt-get indextargets --format "\$(RELEASE) \$(REPO_URI)" 'Created-By: Packages' 2>/dev/null |
        sed -n 's/^bookworm \(.*debian.*\)/\1/p' | head -n 1) || true
    if [ -z "$server" ]; then
        why="this machine's apt has no source with Debian 12 (bookworm)"
        return 1
    fi
    rm -rf "$apt"
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/sources"
    touch "$apt/status"
    {
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: %s\n' \
            "$server" "$release" "$architecture"
        [ ! -e "$keys" ] || echo "Signed-By: $keys"
    } >"$apt/sources/debian.sources"
    cat >"$apt/apt.conf" <<END
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "2";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/sources";
END
    if ! foreign_apt update >"$log" 2>&1 || grep -q '^[EW]:' "$log"; then
        why="the package lists of $release for $architecture cannot be had: $(apt_error)"
        return 1
    fi
    touch "$apt/ready"
}

# provide PACKAGE…: unpacks the packages of program `name`, and all that they depend on, into `sysroot`.
provide() {
    local have=$sysroot/have-$name package packages=() file
    why=
    [ ! -e "$have" ] || return 0
    for package; do
        [[ $package == +* ]] || packages+=("$package")
    done
    [ "${#packages[@]}" != 0 ] || packages=(libc6 libgcc-s1)
    # The lists may be old, and name versions that the server has no longer.
    if ! foreign_apt --yes --download-only install "${packages[@]}" >"$apt/log" 2>&1 &&
        ! { foreign_apt update && foreign_apt --yes --download-only install "${packages[@]}"; } >"$apt/log" 2>&1; then
        why="${packages[*]} cannot be downloaded: $(apt_error)"
        return 1
    fi
    mkdir -p "$sysroot"
    for file in "$apt"/archives/*.deb; do
        grep -qsxF "$file" "$apt/unpacked" && continue
        dpkg -x "$file" "$sysroot"
        echo "$file" >>"$apt/unpacked"
    done
    relink
    for package; do
        [[ $package != +* ]] || "build_${package#+}" || return 1
    done
    touch "$have"
}

# Makes the links of `sysroot` work from outside of it. QEMU follows a link as the host does, so an absolute one
# must not lead to the host's files. /lib is a link in an installed system, and in no package of Debian 13.
relink() {
    local link folder
    while IFS= read -r -d '' link; do
        ln --symbolic --force --no-dereference --relative "$sysroot$(readlink "$link")" "$link"
    done < <(find "$sysroot" -type l -lname '/*' -print0)
    for folder in bin sbin lib lib64; do
        if [ ! -e "$sysroot/$folder" ] && [ -d "$sysroot/usr/$folder" ]; then
            ln --symbolic "usr/$folder" "$sysroot/$folder"
        fi
    done
}

# Compiles the class for Java, with this machine's compiler.
build_java() {
    if ! command -v javac >/dev/null; then
        ! is_root || apt_install openjdk-17-jdk-headless || true
    fi
    if ! command -v javac >/dev/null; then
        why="there is no javac: install openjdk-17-jdk-headless"
        return 1
    fi
    javac --release 17 -d "$sysroot/real" "$root/ci/real/Threads.java"
}

# Builds a program with tokio, with the cross compilers that `cargo xtask setup` has installed.
build_tokio() {
    local source=$work/tokio triple
    case $target in
        aarch64) triple=aarch64-unknown-linux-gnu ;;
        ppc64le) triple=powerpc64le-unknown-linux-gnu ;;
        riscv64) triple=riscv64gc-unknown-linux-gnu ;;
    esac
    mkdir -p "$source/src" "$sysroot/real"
    cat >"$source/Cargo.toml" <<'END'
[package]
name = "with-tokio"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
tokio = { version = "=1.48.0", default-features = false, features = ["rt-multi-thread", "sync", "time"] }
pin-project-lite = "=0.2.16"
END
    cp "$root/ci/real/tokio.rs" "$source/src/main.rs"
    if ! RUSTFLAGS='' cargo --config "$root/.cargo/config.toml" build --quiet --release \
        --manifest-path "$source/Cargo.toml" --target "$triple" --target-dir "$source/target" >"$source/log" 2>&1; then
        why="it cannot be built: $(grep '^error' "$source/log" | head -n 1)"
        return 1
    fi
    cp "$source/target/$triple/release/with-tokio" "$sysroot/real/tokio"
}
