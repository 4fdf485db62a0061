//! The two threads of a test, for each architecture, and what was seen of them.

use crate::support::overtake_at_home;
use arch::Arch;
use std::fmt::Write as _;
use std::fs;

/// What stands between the loads of thread 1.
pub struct Between {
    name: &'static str,
    /// The instructions after the load of `y`. [`LOAD_X`] stands for the load of `x`.
    code: &'static [&'static str],
}

/// How an architecture writes the two threads.
pub struct Side {
    arch: Arch,
    /// The name in the header of a test.
    title: &'static str,
    /// The initial state.
    state: &'static str,
    writer: &'static [&'static str],
    load_y: &'static str,
    load_x: &'static str,
    forbidden: &'static str,
}

/// `w5` receives `y`, and `w11` receives `x`; `x6` is what the address of `x` depends on.
pub const AARCH64: Side = Side {
    arch: Arch::AArch64,
    title: "AArch64",
    state: "0:X1=x; 0:X2=y; 1:X1=x; 1:X2=y; 1:X3=z; 1:X4=x; 1:X6=0;",
    writer: &["MOV W5,#1", "STR W5,[X1]", "DMB ISH", "STR W5,[X2]"],
    load_y: "LDR W5,[X2]",
    load_x: "LDR W11,[X1,X6]",
    forbidden: "1:X5=1 /\\ 1:X11=0",
};

/// `r5`, `r11` and `r6` likewise.
pub const PPC: Side = Side {
    arch: Arch::Ppc64le,
    title: "PPC",
    state: "0:r1=x; 0:r2=y; 1:r1=x; 1:r2=y; 1:r3=z; 1:r6=0;",
    writer: &["li r5,1", "stw r5,0(r1)", "sync", "stw r5,0(r2)"],
    load_y: "lwz r5,0(r2)",
    load_x: "lwzx r11,r6,r1",
    forbidden: "1:r5=1 /\\ 1:r11=0",
};

/// `x5` and `x11` likewise; `x10` is the address of `x`, and `x6` is zero.
pub const RISCV: Side = Side {
    arch: Arch::Riscv64,
    title: "RISCV",
    state: "0:x8=x; 0:x9=y; 1:x8=x; 1:x9=y; 1:x6=0;",
    writer: &["li x5,1", "sw x5,0(x8)", "fence rw,rw", "sw x5,0(x9)"],
    load_y: "lw x5,0(x9)",
    load_x: "lw x11,0(x10)",
    forbidden: "1:x5=1 /\\ 1:x11=0",
};

/// The line that stands for the load of `x`.
pub const LOAD_X: &str = "";

impl Side {
    /// Returns the text of a test.
    fn test(&self, between: &Between) -> String {
        let mut reader = vec![self.load_y];
        reader.extend(between.code.iter().map(|line| match *line {
            LOAD_X => self.load_x,
            line => line,
        }));
        let mut text = format!(
            "{} {}\n{{ {} }}\n P0 | P1 ;\n",
            self.title, between.name, self.state
        );
        for line in 0..reader.len().max(self.writer.len()) {
            let of = |lines: &[&'static str]| lines.get(line).copied().unwrap_or_default();
            let _ = writeln!(text, " {} | {} ;", of(self.writer), of(&reader));
        }
        let _ = writeln!(text, "exists ({})", self.forbidden);
        text
    }

    /// Returns the names of the tests whose weak outcome was seen with `seeds` seeds.
    fn seen(&self, tests: &[Between], seeds: u32) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = overtake_at_home();
        command.current_dir(folder.path()).args([
            "litmus",
            "--format",
            "json",
            "--seeds",
            &seeds.to_string(),
        ]);
        for between in tests {
            let file = format!("{}.litmus", between.name);
            fs::write(folder.path().join(&file), self.test(between)).expect("writable");
            command.arg(file);
        }
        let output = command.output().expect("overtake runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {errors}", self.arch);
        let results: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let results = results.as_array().expect("an array");
        assert_eq!(results.len(), tests.len(), "{}: {errors}", self.arch);
        results
            .iter()
            .filter(|result| result["condition_seen"] == true)
            .map(|result| result["name"].as_str().expect("a name").to_owned())
            .collect()
    }

    pub fn never(&self, tests: &[Between], seeds: u32) {
        let seen = self.seen(tests, seeds);
        assert!(seen.is_empty(), "{}: {seen:?} were seen", self.arch);
    }

    pub fn all(&self, tests: &[Between], seeds: u32) {
        let seen = self.seen(tests, seeds);
        let missing: Vec<_> = tests
            .iter()
            .map(|between| between.name)
            .filter(|name| !seen.iter().any(|one| one == name))
            .collect();
        assert!(
            missing.is_empty(),
            "{}: {missing:?} were not seen",
            self.arch
        );
    }
}

pub const fn between(name: &'static str, code: &'static [&'static str]) -> Between {
    Between { name, code }
}
