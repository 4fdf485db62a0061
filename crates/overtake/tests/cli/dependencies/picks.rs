//! AArch64's pick dependencies.

use super::side::{AARCH64, LOAD_X, between};
use crate::support::test::Test;
use crate::test;

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
        test!(picks_do_not_order_loads),
        test!(picks_order_loads_after_isb),
    ]
}
