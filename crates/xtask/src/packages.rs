//! The table of targets, and the packages that each one needs.

/// A target, with its names in the home of `overtake`, in Rust and in Debian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The folder in the home, and the suffix of `qemu-`.
    pub name: &'static str,
    /// Rust's target triple.
    pub triple: &'static str,
    /// The C compiler that links for it.
    pub linker: &'static str,
    /// The Debian package of the linker.
    pub linker_package: &'static str,
    /// The Debian package of the C library.
    pub libc_package: &'static str,
}

/// All targets, in the order in which they are built.
pub const TARGETS: [Target; 4] = [
    Target {
        name: "aarch64",
        triple: "aarch64-unknown-linux-gnu",
        linker: "aarch64-linux-gnu-gcc",
        linker_package: "gcc-aarch64-linux-gnu",
        libc_package: "libc6-dev-arm64-cross",
    },
    Target {
        name: "ppc64le",
        triple: "powerpc64le-unknown-linux-gnu",
        linker: "powerpc64le-linux-gnu-gcc",
        linker_package: "gcc-powerpc64le-linux-gnu",
        libc_package: "libc6-dev-ppc64el-cross",
    },
    Target {
        name: "riscv64",
        triple: "riscv64gc-unknown-linux-gnu",
        linker: "riscv64-linux-gnu-gcc",
        linker_package: "gcc-riscv64-linux-gnu",
        libc_package: "libc6-dev-riscv64-cross",
    },
    Target {
        name: "x86_64",
        triple: "x86_64-unknown-linux-gnu",
        linker: "cc",
        linker_package: "gcc",
        libc_package: "libc6-dev",
    },
];

/// The Debian package of the emulators.
pub const QEMU_PACKAGE: &str = "qemu-user";

/// The components of the Rust toolchain that `cargo xtask test` uses: (name, cargo's subcommand).
pub const COMPONENTS: [(&str, &str); 2] = [("rustfmt", "fmt"), ("clippy", "clippy")];

/// Returns every Debian package of the table, sorted.
#[must_use]
pub fn debian_packages() -> Vec<&'static str> {
    let mut packages = vec![QEMU_PACKAGE];
    for target in TARGETS {
        packages.extend([target.linker_package, target.libc_package]);
    }
    packages.sort_unstable();
    packages.dedup();
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cargo uses the linkers that the table installs.
    #[test]
    fn cargo_config_names_the_linkers_of_the_table() {
        let config = include_str!("../../../.cargo/config.toml");
        for target in TARGETS {
            let section = format!(
                "[target.{}]\nlinker = \"{}\"\n",
                target.triple, target.linker
            );
            // rustc chooses the host's linker; see the comment in the file.
            let expected = target.linker != "cc";
            assert_eq!(config.contains(&section), expected, "{section}");
        }
    }

    #[test]
    fn the_image_has_the_packages_of_the_table() {
        let dockerfile = include_str!("../../../docker/Dockerfile");
        let (_, install) = dockerfile
            .split_once("--no-install-recommends \\\n")
            .unwrap();
        let (packages, _) = install.split_once("&&").unwrap();
        let packages: Vec<_> = packages
            .split_whitespace()
            .filter(|word| *word != "\\")
            .collect();
        assert_eq!(packages, debian_packages());
    }

    #[test]
    fn cross_has_every_target_of_the_table() {
        let sections = TARGETS.map(|target| {
            let Target { name, triple, .. } = target;
            format!(
                "[target.{triple}]\n\
                 dockerfile = {{ file = \"docker/Dockerfile\", context = \"docker\" }}\n\
                 env.passthrough = [\"OVERTAKE_TEST_BUILD=1\", \"OVERTAKE_TEST_TARGETS={name}\"]\n"
            )
        });
        let config = include_str!("../../../Cross.toml");
        let (_, config) = config.split_once("\n[").unwrap();
        assert_eq!(format!("[{config}"), sections.join("\n"));
    }

    /// The host's own target needs no runner.
    #[test]
    fn the_image_has_a_runner_for_every_other_target() {
        let dockerfile = include_str!("../../../docker/Dockerfile");
        for target in TARGETS {
            let variable = target.triple.to_uppercase().replace('-', "_");
            let sysroot = target.linker.trim_end_matches("-gcc");
            let runner = format!(
                "CARGO_TARGET_{variable}_RUNNER=\"$LIMIT /usr/bin/qemu-{} -L /usr/{sysroot}\"",
                target.name
            );
            assert_eq!(
                dockerfile.contains(&runner),
                target.linker != "cc",
                "{runner}"
            );
        }
    }

    #[test]
    fn the_developer_s_image_has_rust_as_the_table_says() {
        let dockerfile = include_str!("../../../docker/developer.Dockerfile");
        let added = |command: &str| -> Vec<&str> {
            let (_, rest) = dockerfile.split_once(command).unwrap();
            let (names, _) = rest.split_once("&&").unwrap();
            names
                .split_whitespace()
                .filter(|word| *word != "\\")
                .collect()
        };
        let others = TARGETS.iter().filter(|target| target.linker != "cc");
        let others: Vec<_> = others.map(|target| target.triple).collect();
        assert_eq!(added("rustup target add"), others);
        let components = COMPONENTS.map(|(name, _)| name);
        assert_eq!(added("rustup component add"), components);
    }
}
