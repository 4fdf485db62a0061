# QEMU 10 with plugins, from Debian 13's source package: Debian 13's own qemu-user is static and has
# no plugins. ci/qemu10 builds this image and takes the programs out of it.
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        bzip2 \
        dpkg-dev \
        gcc \
        libc6-dev \
        libglib2.0-dev \
        ninja-build \
        pkg-config \
        python3 \
        python3-venv \
        xz-utils
# The version is not pinned: Debian 13's archive keeps one version of QEMU 10.0 at a time, and takes
# only fixes. QEMU needs a newer meson than Debian 12's: that of Debian 13, which is pure Python.
RUN printf 'Types: deb deb-src\nURIs: http://deb.debian.org/debian\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
        > /etc/apt/sources.list.d/trixie.sources \
    && printf 'Package: *\nPin: release n=trixie\nPin-Priority: 1\n' > /etc/apt/preferences.d/trixie \
    && apt-get update \
    && apt-get install --yes --no-install-recommends meson/trixie \
    && mkdir /src && cd /src \
    && apt-get source --only-source qemu/trixie \
    && mv qemu-10.* qemu
RUN cd /src/qemu \
    && ./configure --prefix=/usr/local --without-default-features \
        --disable-system --disable-tools --disable-docs --disable-install-blobs \
        --enable-linux-user --enable-plugins \
        --target-list=aarch64-linux-user,ppc64le-linux-user,riscv64-linux-user,x86_64-linux-user \
    && ninja -C build \
    && strip build/qemu-aarch64 build/qemu-ppc64le build/qemu-riscv64 build/qemu-x86_64

FROM scratch
COPY --from=build /src/qemu/build/qemu-aarch64 /src/qemu/build/qemu-ppc64le /src/qemu/build/qemu-riscv64 /src/qemu/build/qemu-x86_64 /
