//! The roles of operands by AArch64 mnemonic: an instruction writes its first operand and reads
//! the others, with the exceptions listed here.

use isa::Registers;
use isa::registers::aarch64::{FPCR, FPSR, NZCV, PSTATE, SP, TPIDR_EL0, TPIDR2_EL0, x};

use crate::aarch64_operands::Text;

/// The flow that a text implies.
#[derive(Default, Debug)]
pub struct Expected {
    pub address: Registers,
    pub data: Registers,
    pub picked: Registers,
    pub second: Registers,
    /// Whether it may set flags in FPSR, and so reads FPCR.
    pub float: bool,
    pub loaded: Registers,
    pub computed: Registers,
    pub updated: Registers,
    pub status: Registers,
    pub load: bool,
    pub store: bool,
    pub several: bool,
    pub branch: bool,
    pub context_sync: bool,
}

pub fn expected(text: &Text) -> Expected {
    branch(text)
        .or_else(|| system(text))
        .or_else(|| atomic(text))
        .or_else(|| load_or_store(text))
        .unwrap_or_else(|| computation(text))
}

fn branch(text: &Text) -> Option<Expected> {
    let all = text.registers_from(0);
    let (data, second) = match text.mnemonic {
        "b" => return Some(Expected::default()),
        "bl" => {
            return Some(Expected {
                computed: x(30),
                ..Expected::default()
            });
        }
        "cbz" | "cbnz" | "tbz" | "tbnz" | "br" | "braa" | "brab" | "braaz" | "brabz" => {
            (all, Registers::NONE)
        }
        "blr" | "blraa" | "blrab" | "blraaz" | "blrabz" => (all, x(30)),
        "ret" if all.is_empty() => (x(30), Registers::NONE),
        "ret" => (all, Registers::NONE),
        "retaa" | "retab" => (x(30) | SP, Registers::NONE),
        name if name.starts_with("b.") || name.starts_with("bc.") => (NZCV, Registers::NONE),
        _ => return None,
    };
    Some(Expected {
        data,
        second,
        branch: true,
        ..Expected::default()
    })
}

fn system(text: &Text) -> Option<Expected> {
    let system_register = |at: usize| match text.operands[at] {
        "nzcv" => NZCV,
        "fpcr" => FPCR,
        "fpsr" => FPSR,
        "tpidr_el0" => TPIDR_EL0,
        "s3_3_c13_c0_5" | "tpidr2_el0" => TPIDR2_EL0,
        "dit" | "ssbs" | "s3_3_c4_c2_5" | "s3_3_c4_c2_6" => PSTATE,
        _ => Registers::NONE,
    };
    let compute = |computed, data| Expected {
        data,
        computed,
        ..Expected::default()
    };
    Some(match text.mnemonic {
        "isb" => Expected {
            context_sync: true,
            ..Expected::default()
        },
        "prfm" | "prfum" | "hint" | "bti" | "dmb" | "dsb" => Expected::default(),
        "nop" | "yield" | "wfe" | "wfi" | "sev" | "sevl" | "dgh" | "csdb" | "esb" | "psb"
        | "tsb" | "clrex" | "brk" | "udf" | "ssbb" | "pssbb" => Expected::default(),
        // Linux: the arguments and the number, and the result.
        "svc" => compute(x(0), (0..6).map(x).fold(x(8), Registers::union)),
        "xpaclri" | "paciaz" | "pacibz" | "autiaz" | "autibz" => compute(x(30), x(30)),
        "paciasp" | "pacibsp" | "autiasp" | "autibsp" => compute(x(30), x(30) | SP),
        "pacia1716" | "pacib1716" | "autia1716" | "autib1716" => compute(x(17), x(16) | x(17)),
        "cfinv" | "axflag" | "xaflag" => compute(NZCV, NZCV),
        "mrs" => match text.operands[1] {
            // RNDR, RNDRRS
            "s3_3_c2_c4_0" | "s3_3_c2_c4_1" | "rndr" | "rndrrs" => {
                compute(text.registers(0) | NZCV, Registers::NONE)
            }
            _ => compute(text.registers(0), system_register(1)),
        },
        // `dsb nXS`
        "msr" if text.operands[0].starts_with("s0_3_c3_") => Expected::default(),
        // The forms with an immediate.
        "msr" if text.registers(1).is_empty() && text.operands[1].starts_with('#') => {
            compute(PSTATE, PSTATE)
        }
        "msr" => compute(system_register(0), text.registers(1)),
        "dc" | "ic" => Expected {
            store: ["zva", "gva", "gzva"].contains(&text.operands[0]),
            several: ["zva", "gva", "gzva"].contains(&text.operands[0]),
            address: text.registers(1),
            ..Expected::default()
        },
        // Instructions for which capstone has no name.
        "sys" => Expected {
            address: text.registers_from(4),
            ..Expected::default()
        },
        _ => return None,
    })
}

fn atomic(text: &Text) -> Option<Expected> {
    const OPERATIONS: [&str; 8] = ["add", "clr", "eor", "set", "smax", "smin", "umax", "umin"];
    let name = text.mnemonic;
    let is = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|rest| {
            OPERATIONS
                .iter()
                .any(|operation| rest.starts_with(operation))
        })
    };
    let memory = text.memory()?;
    let address = text.registers(memory);
    let (data, loaded) = if is("ld") || name.starts_with("swp") {
        (text.registers(0), text.registers(1))
    } else if is("st") {
        (text.registers(0), Registers::NONE)
    } else if name.starts_with("casp") {
        let pair = text.registers(0) | text.registers(1);
        (pair | text.registers(2) | text.registers(3), pair)
    } else if name.starts_with("cas") {
        (text.registers(0) | text.registers(1), text.registers(0))
    } else {
        return None;
    };
    Some(Expected {
        address,
        data,
        loaded,
        several: name.starts_with("casp"),
        load: true,
        store: true,
        ..Expected::default()
    })
}

fn load_or_store(text: &Text) -> Option<Expected> {
    let (load, store) = (
        text.mnemonic.starts_with("ld"),
        text.mnemonic.starts_with("st"),
    );
    if !load && !store {
        return None;
    }
    // A load of a literal has a number in place of a memory operand.
    let memory = text.memory().unwrap_or(1);
    let address = text.registers_from(memory);
    let before = (0..memory).fold(Registers::NONE, |all, at| all | text.registers(at));
    let base = if text.updates_base() {
        let base = text.operands[memory].split([',', ']']).next();
        crate::aarch64_operands::registers(base.expect("an operand"))
    } else {
        Registers::NONE
    };
    let is_conditional = ["stxr", "stlxr", "stxp", "stlxp"]
        .iter()
        .any(|name| text.mnemonic.starts_with(name));
    let is_lane = text.operands[0].contains("}[");
    let mut expected = Expected {
        address,
        updated: base,
        load,
        store,
        several: is_several(text),
        ..Expected::default()
    };
    if is_conditional {
        expected.status = text.registers(0);
        expected.data = (1..memory).fold(Registers::NONE, |all, at| all | text.registers(at));
    } else if store {
        expected.data = before;
    } else {
        expected.loaded = before;
        if is_lane {
            expected.data = before;
            expected.computed = before;
        }
    }
    Some(expected)
}

/// Whether the instruction accesses a pair, 16 bytes of a vector register, or a structure other
/// than one element of one register.
fn is_several(text: &Text) -> bool {
    let name = text.mnemonic;
    if text.operands[0].starts_with('{') {
        let is_one_element = text.operands[0].contains("}[") || name.ends_with('r');
        return !(is_one_element && matches!(name, "ld1" | "st1" | "ld1r"));
    }
    let is_pair = [
        "ldp", "stp", "ldnp", "stnp", "ldpsw", "ldxp", "ldaxp", "stxp", "stlxp",
    ];
    is_pair.contains(&name) || text.operands[0].starts_with('q')
}

/// Mnemonics that read all operands and write only the flags.
const COMPARE: [&str; 14] = [
    "cmp", "cmn", "tst", "ccmp", "ccmn", "fcmp", "fcmpe", "fccmp", "fccmpe", "rmif", "setf8",
    "setf16", "cmpp", "fcmpx",
];
/// Mnemonics that write the flags besides their first operand.
const SETS_FLAGS: [&str; 10] = [
    "adds", "subs", "ands", "bics", "adcs", "sbcs", "negs", "ngcs", "subps", "fjcvtzs",
];
/// Mnemonics that read the flags.
const READS_FLAGS: [&str; 13] = [
    "fcsel", "fccmp", "fccmpe", "adc", "adcs", "sbc", "sbcs", "ngc", "ngcs", "rmif", "setf8",
    "setf16", "cfinv",
];
/// Mnemonics that read the flags only to choose.
const PICKS: [&str; 11] = [
    "csel", "csinc", "csinv", "csneg", "cset", "csetm", "cinc", "cinv", "cneg", "ccmp", "ccmn",
];
/// Mnemonics that also read their first operand.
const READS_FIRST: [&str; 52] = [
    "movk",
    "bfi",
    "bfxil",
    "bfm",
    "bfc",
    "ins",
    "tbx",
    "bsl",
    "bit",
    "bif",
    "ssra",
    "usra",
    "srsra",
    "ursra",
    "sri",
    "sli",
    "suqadd",
    "usqadd",
    "sadalp",
    "uadalp",
    "saba",
    "uaba",
    "sabal",
    "sabal2",
    "uabal",
    "uabal2",
    "sdot",
    "udot",
    "usdot",
    "sudot",
    "fcmla",
    "aese",
    "aesd",
    "sha1c",
    "sha1m",
    "sha1p",
    "sha1su0",
    "sha1su1",
    "sha256h",
    "sha256h2",
    "sha256su0",
    "sha256su1",
    "sha512h",
    "sha512h2",
    "sha512su0",
    "sha512su1",
    "sm3partw1",
    "sm3partw2",
    "sm4e",
    "bfdot",
    "bfmlalb",
    "bfmlalt",
];
/// Beginnings of mnemonics that also read their first operand.
const READS_FIRST_STARTS: [&str; 14] = [
    "mla", "mls", "fmla", "fmls", "smla", "smls", "umla", "umls", "sqdmlal", "sqdmlsl", "sqrdmla",
    "sqrdmls", "sm3tt", "pac",
];

fn computation(text: &Text) -> Expected {
    let name = text.mnemonic;
    let sources = text.registers_from(1);
    let reads_flags = READS_FLAGS.contains(&name) || name == "axflag";
    let mut data = if reads_flags { NZCV } else { Registers::NONE };
    let mut computed = Registers::NONE;
    if COMPARE.contains(&name) {
        data |= sources | text.registers(0);
        computed |= NZCV;
    } else {
        data |= sources;
        computed |= text.registers(0);
        if reads_destination(text) {
            data |= text.registers(0);
        }
        if SETS_FLAGS.contains(&name) {
            computed |= NZCV;
        }
    }
    let picked = if PICKS.contains(&name) {
        NZCV
    } else {
        Registers::NONE
    };
    let float = is_float(text);
    if float {
        data |= FPCR;
    }
    Expected {
        data,
        computed,
        picked,
        float,
        ..Expected::default()
    }
}

/// Whether the pseudocode of the instruction uses FPCR or sets flags in FPSR: floating-point
/// arithmetic, comparisons and conversions; integer arithmetic that saturates (FPSR.QC).
fn is_float(text: &Text) -> bool {
    // These move, choose, or change the sign.
    const NEITHER: [&str; 3] = ["fmov", "fcsel", "fneg"];
    let name = text.mnemonic;
    let saturates = ["sq", "uq", "suqadd", "usqadd"];
    (name.starts_with('f') && !NEITHER.contains(&name) && name != "fabs")
        || ["scvtf", "ucvtf", "bfcvt", "bfdot", "bfmmla", "bfmlal"]
            .iter()
            .chain(&saturates)
            .any(|start| name.starts_with(start))
}

fn reads_destination(text: &Text) -> bool {
    let name = text.mnemonic;
    let [first, rest @ ..] = &text.operands[..] else {
        return false;
    };
    let is_vector = first.starts_with('v');
    let is_immediate = rest.first().is_some_and(|operand| operand.starts_with('#'));
    READS_FIRST.contains(&name)
        // The first operand is one element of a vector.
        || first.contains('[')
        || (is_vector && READS_FIRST_STARTS.iter().any(|start| name.starts_with(start)))
        || ((name.starts_with("pac") && name != "pacga")
            || name.starts_with("aut")
            || name.starts_with("xpac"))
        || (is_vector && is_immediate && matches!(name, "orr" | "bic"))
        || is_upper_half_narrowing(name)
        || ["smmla", "ummla", "usmmla", "bfmmla"].contains(&name)
        || (!is_vector && ["sqdmlal", "sqdmlsl", "sqrdmlah", "sqrdmlsh"].contains(&name))
}

/// Whether the instruction narrows into the upper half: `xtn2`, `shrn2`, `addhn2` …
fn is_upper_half_narrowing(name: &str) -> bool {
    name.strip_suffix('2')
        .is_some_and(|name| name.ends_with('n') && name != "trn")
}
