//! Dependencies through registers that no operand names.

use super::side::{AARCH64, LOAD_X, PPC, RISCV, between};
use crate::support::test::Test;
use crate::test;

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

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(riscv_through_frm_and_fflags),
        test!(power_through_special_registers),
        test!(aarch64_through_fpcr_and_fpsr),
    ]
}
