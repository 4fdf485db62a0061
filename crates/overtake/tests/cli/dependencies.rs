//! `overtake litmus`: dependencies through registers that no operand names, and AArch64's pick
//! dependencies.
//!
//! In each test thread 0 stores to `x`, then, after a fence, to `y`. Thread 1 loads `y`, and then
//! `x`. What stands between its loads either orders them, so that 1 in `y` and 0 in `x` is
//! forbidden, or does not.

use crate::support::overtake_at_home;
use crate::support::test::Test;
use crate::test;
use arch::Arch;
use std::fmt::Write as _;
use std::fs;

/// What stands between the loads of thread 1.
struct Between {
    name: &'static str,
    /// The instructions after the load of `y`. [`LOAD_X`] stands for the load of `x`.
    code: &'static [&'static str],
}

/// How an architecture writes the two threads.
struct Side {
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
const AARCH64: Side = Side {
    arch: Arch::AArch64,
    title: "AArch64",
    state: "0:X1=x; 0:X2=y; 1:X1=x; 1:X2=y; 1:X3=z; 1:X4=x; 1:X6=0;",
    writer: &["MOV W5,#1", "STR W5,[X1]", "DMB ISH", "STR W5,[X2]"],
    load_y: "LDR W5,[X2]",
    load_x: "LDR W11,[X1,X6]",
    forbidden: "1:X5=1 /\\ 1:X11=0",
};

/// `r5`, `r11` and `r6` likewise.
const PPC: Side = Side {
    arch: Arch::Ppc64le,
    title: "PPC",
    state: "0:r1=x; 0:r2=y; 1:r1=x; 1:r2=y; 1:r3=z; 1:r6=0;",
    writer: &["li r5,1", "stw r5,0(r1)", "sync", "stw r5,0(r2)"],
    load_y: "lwz r5,0(r2)",
    load_x: "lwzx r11,r6,r1",
    forbidden: "1:r5=1 /\\ 1:r11=0",
};

/// `x5` and `x11` likewise; `x10` is the address of `x`, and `x6` is zero.
const RISCV: Side = Side {
    arch: Arch::Riscv64,
    title: "RISCV",
    state: "0:x8=x; 0:x9=y; 1:x8=x; 1:x9=y; 1:x6=0;",
    writer: &["li x5,1", "sw x5,0(x8)", "fence rw,rw", "sw x5,0(x9)"],
    load_y: "lw x5,0(x9)",
    load_x: "lw x11,0(x10)",
    forbidden: "1:x5=1 /\\ 1:x11=0",
};

/// The line that stands for the load of `x`.
const LOAD_X: &str = "";

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

    fn never(&self, tests: &[Between], seeds: u32) {
        let seen = self.seen(tests, seeds);
        assert!(seen.is_empty(), "{}: {seen:?} were seen", self.arch);
    }

    fn all(&self, tests: &[Between], seeds: u32) {
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

const fn between(name: &'static str, code: &'static [&'static str]) -> Between {
    Between { name, code }
}

/// RVWMO "Source and Destination Register Listings".
fn riscv_through_frm_and_fflags() {
    let none = [between("without", &["add x10,x8,x6", LOAD_X])];
    RISCV.all(&none, 5);
    RISCV.never(
        &[
            between(
                "frm",
                &[
                    "fsrm x5",
                    "fcvt.s.w f0,x0,dyn",
                    "fmv.x.w x7,f0",
                    "add x10,x8,x7",
                    LOAD_X,
                ],
            ),
            between(
                "frm-read",
                &[
                    "fsrm x5",
                    "frrm x7",
                    "xor x7,x7,x7",
                    "add x10,x8,x7",
                    LOAD_X,
                ],
            ),
            between(
                "fcsr-to-frm",
                &[
                    "slli x7,x5,5",
                    "fscsr x7",
                    "frrm x7",
                    "xor x7,x7,x7",
                    "add x10,x8,x7",
                    LOAD_X,
                ],
            ),
            between(
                "fflags-written",
                &[
                    "fsflags x5",
                    "frflags x7",
                    "xor x7,x7,x7",
                    "add x10,x8,x7",
                    LOAD_X,
                ],
            ),
            between(
                "fflags-accumulated",
                &[
                    "fcvt.s.w f0,x5,rne",
                    "fdiv.s f1,f0,f0,rne",
                    "frflags x7",
                    "xor x7,x7,x7",
                    "add x10,x8,x7",
                    LOAD_X,
                ],
            ),
        ],
        8,
    );
    // A result does not depend on the flags that earlier instructions raised.
    RISCV.all(
        &[between(
            "fflags-not-read",
            &[
                "fcvt.s.w f0,x5,rne",
                "fdiv.s f1,f0,f0,rne",
                "fcvt.s.w f2,x0,rne",
                "fadd.s f2,f2,f2,rne",
                "fmv.x.w x7,f2",
                "add x10,x8,x7",
                LOAD_X,
            ],
        )],
        5,
    );
}

/// Power ISA Book I: FPSCR, VSCR, XER and CR as operands that are not named.
fn power_through_special_registers() {
    PPC.all(&[between("without", &[LOAD_X])], 5);
    PPC.never(
        &[
            between("xer", &["mtxer r5", "mfxer r6", "xor r6,r6,r6", LOAD_X]),
            between(
                "carry",
                &[
                    "addic r7,r5,-1",
                    "li r8,0",
                    "adde r6,r8,r8",
                    "xor r6,r6,r6",
                    LOAD_X,
                ],
            ),
            between(
                "overflow-to-cr0",
                &[
                    "addo r7,r5,r5",
                    "li r8,1",
                    "add. r8,r8,r8",
                    "mfcr r6",
                    "xor r6,r6,r6",
                    LOAD_X,
                ],
            ),
            between(
                "overflow-to-cr0-of-stwcx",
                &[
                    "addo r7,r5,r5",
                    "lwarx r8,0,r3",
                    "stwcx. r8,0,r3",
                    "mfcr r6",
                    "xor r6,r6,r6",
                    LOAD_X,
                ],
            ),
            between(
                "fpscr",
                &[
                    "mtvsrd vs1,r5",
                    "mtfsf 1,f1",
                    "fsub f2,f3,f3",
                    "mfvsrd r6,vs2",
                    "xor r6,r6,r6",
                    LOAD_X,
                ],
            ),
            between(
                "fpscr-read",
                &[
                    "mtvsrd vs1,r5",
                    "mtfsf 1,f1",
                    "mffs f2",
                    "mfvsrd r6,vs2",
                    "xor r6,r6,r6",
                    LOAD_X,
                ],
            ),
            between(
                "fpscr-status",
                &[
                    "mtvsrd vs1,r5",
                    "fadd f2,f1,f1",
                    "mffs f2",
                    "mfvsrd r6,vs2",
                    "xor r6,r6,r6",
                    LOAD_X,
                ],
            ),
            between(
                "vscr",
                &[
                    "mtvsrd vs33,r5",
                    "mtvscr v1",
                    "mfvscr v2",
                    "mfvsrd r6,vs34",
                    "xor r6,r6,r6",
                    LOAD_X,
                ],
            ),
        ],
        8,
    );
}

/// Arm ARM: FPCR and FPSR as operands that are not named.
fn aarch64_through_fpcr_and_fpsr() {
    AARCH64.all(&[between("without", &[LOAD_X])], 5);
    AARCH64.never(
        &[
            between(
                "fpcr",
                &[
                    "LSL X7,X5,#22",
                    "MSR FPCR,X7",
                    "SCVTF S0,WZR",
                    "FMOV W6,S0",
                    LOAD_X,
                ],
            ),
            between(
                "fpcr-read",
                &[
                    "LSL X7,X5,#22",
                    "MSR FPCR,X7",
                    "MRS X6,FPCR",
                    "EOR X6,X6,X6",
                    LOAD_X,
                ],
            ),
            between(
                "fpsr-written",
                &["MSR FPSR,X5", "MRS X6,FPSR", "EOR X6,X6,X6", LOAD_X],
            ),
            between(
                "fpsr-accumulated",
                &[
                    "SCVTF S0,W5",
                    "FDIV S1,S0,S0",
                    "MRS X6,FPSR",
                    "EOR X6,X6,X6",
                    LOAD_X,
                ],
            ),
            between(
                "fpsr-saturated",
                &[
                    "FMOV S0,W5",
                    "SQADD S1,S0,S0",
                    "MRS X6,FPSR",
                    "EOR X6,X6,X6",
                    LOAD_X,
                ],
            ),
            between(
                "nzcv",
                &["CMP W5,#1", "MRS X6,NZCV", "EOR X6,X6,X6", LOAD_X],
            ),
        ],
        8,
    );
}

/// herd's aarch64deps.cat and aarch64hwreqs.cat: a pick dependency orders no later load (there is no
/// `pick-addr-dep; [R]` in `pob`), through a store neither (`lmrs` in `dob` has no pick).
fn picks_do_not_order_loads() {
    AARCH64.all(
        &[
            between("csel", &["CMP W5,#1", "CSEL X6,XZR,X6,EQ", LOAD_X]),
            between("cset", &["CMP W5,#1", "CSET W7,EQ", "EOR X6,X7,X7", LOAD_X]),
            between(
                "ccmp",
                &[
                    "CMP W5,#1",
                    "CCMP W1,W1,#0,EQ",
                    "MRS X6,NZCV",
                    "EOR X6,X6,X6",
                    LOAD_X,
                ],
            ),
            between(
                "two",
                &[
                    "CMP W5,#1",
                    "CSET W7,EQ",
                    "CMP W7,#1",
                    "CSEL X6,XZR,X6,EQ",
                    LOAD_X,
                ],
            ),
            between(
                "stored",
                &[
                    "CMP W5,#1",
                    "CSEL W7,WZR,W6,EQ",
                    "STR W7,[X3]",
                    "LDR W6,[X3]",
                    LOAD_X,
                ],
            ),
            between(
                "address-stored",
                &[
                    "CMP W5,#1",
                    "CSEL X7,X3,X3,EQ",
                    "STR W6,[X7]",
                    "LDR W6,[X7]",
                    LOAD_X,
                ],
            ),
        ],
        10,
    );
}

/// `IFB-ob`: `pick-ctrl-dep; [IFB]` and `pick-addr-dep; [Exp & M]; po; [IFB]` do order later loads. And
/// what is chosen is no pick.
fn picks_order_loads_after_isb() {
    AARCH64.never(
        &[
            between(
                "csel-branch",
                &["CMP W5,#1", "CSET W7,EQ", "CBNZ W7,L", "L:", "ISB", LOAD_X],
            ),
            between(
                "csel-address",
                &[
                    "CMP W5,#1",
                    "CSEL X7,X3,X3,EQ",
                    "LDR W8,[X7]",
                    "ISB",
                    LOAD_X,
                ],
            ),
            between(
                "csel-address-of-store",
                &[
                    "CMP W5,#1",
                    "CSEL X7,X3,X3,EQ",
                    "STR W6,[X7]",
                    "ISB",
                    LOAD_X,
                ],
            ),
            between(
                "csel-stored-branch",
                &[
                    "CMP W5,#1",
                    "CSET W7,EQ",
                    "STR W7,[X3]",
                    "LDR W8,[X3]",
                    "CBNZ W8,L",
                    "L:",
                    "ISB",
                    LOAD_X,
                ],
            ),
            between(
                "address-picked-loaded-branch",
                &[
                    "CMP W5,#1",
                    "CSEL X7,X3,X3,EQ",
                    "LDR W8,[X7]",
                    "CBNZ W8,L",
                    "L:",
                    "ISB",
                    LOAD_X,
                ],
            ),
            between(
                "chosen",
                &["EOR W7,W5,W5", "CMP W6,#0", "CSEL W6,W7,W6,EQ", LOAD_X],
            ),
            between(
                "compared",
                &[
                    "CMP W6,#0",
                    "CCMP W5,#1,#0,EQ",
                    "MRS X6,NZCV",
                    "EOR X6,X6,X6",
                    LOAD_X,
                ],
            ),
        ],
        8,
    );
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(riscv_through_frm_and_fflags),
        test!(power_through_special_registers),
        test!(aarch64_through_fpcr_and_fpsr),
        test!(picks_do_not_order_loads),
        test!(picks_order_loads_after_isb),
    ]
}
