# The developer's image, for a machine that has only docker: the image of docker/Dockerfile with Rust
# and the crates of Cargo.lock, so that everything works without a network. ci/image builds and names
# it.
ARG BASE
FROM $BASE
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates \
        curl \
    && rm -rf /var/lib/apt/lists/*

ENV CARGO_HOME=/opt/cargo \
    RUSTUP_HOME=/opt/rustup \
    PATH=/opt/cargo/bin:$PATH
# The context: the workspace's manifests, and the host's certificates or an empty file.
COPY . /tmp/workspace
# All users may write to cargo's folders, because the container runs as the caller, whom the image
# does not know. Install further development tools in this step, before the crates are fetched.
RUN umask 0 \
    && cd /tmp/workspace \
    && if [ -s certificates.crt ]; then \
        export SSL_CERT_FILE=$PWD/certificates.crt \
            CARGO_HTTP_CAINFO=$PWD/certificates.crt CURL_CA_BUNDLE=$PWD/certificates.crt; \
    fi \
    && curl --fail --silent --show-error --retry 3 --output /tmp/rustup-init \
        https://static.rust-lang.org/rustup/archive/1.29.0/x86_64-unknown-linux-gnu/rustup-init \
    && echo "4acc9acc76d5079515b46346a485974457b5a79893cfb01112423c89aeb5aa10 /tmp/rustup-init" \
        | sha256sum --check --quiet \
    && chmod +x /tmp/rustup-init \
    && /tmp/rustup-init -y --no-modify-path --profile minimal --default-toolchain none \
    && rustup toolchain install \
    && rustup default "$(rustup toolchain list --quiet)" \
    && rustup target add \
        aarch64-unknown-linux-gnu \
        powerpc64le-unknown-linux-gnu \
        riscv64gc-unknown-linux-gnu \
    && rustup component add rustfmt clippy \
    && cargo fetch --locked \
    && cp entrypoint /opt/entrypoint \
    && rm -rf /tmp/workspace /tmp/rustup-init
WORKDIR /overtake
ENTRYPOINT ["/opt/entrypoint"]
CMD ["bash"]
