//! Decoder for RISC-V (RV64GC).
//!
//! Quoted names are chapters and extensions of the RISC-V Instruction Set Manual, volume I
//! (unprivileged). "RVWMO" is its chapter on the memory consistency model.

mod compressed;
mod flow;

use crate::bits::{bit, field};
pub(crate) use flow::flow;

use crate::{Access, Acquire, Effect, Pairs, Single};

pub(crate) fn decode(bytes: &[u8]) -> Effect {
    // "Expanded instruction-length encoding": the low bits encode the length.
    match *bytes {
        [a, b] if a & 0b11 != 0b11 => {
            Effect::plain_if(compressed::is_known(u16::from_le_bytes([a, b])))
        }
        [a, b, c, d] if a & 0b11 == 0b11 && a & 0b1_1100 != 0b1_1100 => {
            uncompressed(u32::from_le_bytes([a, b, c, d]))
        }
        _ => Effect::UNKNOWN,
    }
}

/// "Zacas": `amocas.q` is atomic as a whole. No other instruction accesses two registers.
pub(crate) fn single(bytes: &[u8]) -> Single {
    const QUADWORD: u32 = 0b100;
    let is_quadword = |word| field(word, 6, 0) == 0b010_1111 && field(word, 14, 12) == QUADWORD;
    let word = bytes.try_into().ok().map(u32::from_le_bytes);
    if word.is_some_and(is_quadword) && !decode(bytes).unknown {
        Single::Always
    } else {
        Single::No
    }
}

/// "RV32/64G Instruction Set Listings": the map of major opcodes, by bits 6..2.
fn uncompressed(word: u32) -> Effect {
    let funct3 = field(word, 14, 12);
    match field(word, 6, 2) {
        // LOAD: `lb` … `lwu`
        0b00_000 => Effect::plain_if(funct3 != 0b111),
        // LOAD-FP, STORE-FP: `flh`, `flw`, `fld`. The other widths are vectors and `flq`.
        0b00_001 | 0b01_001 => Effect::plain_if(matches!(funct3, 0b001..=0b011)),
        0b00_011 => misc_mem(word),
        // OP-IMM (with the prefetches, which are hints), AUIPC, OP-IMM-32
        0b00_100..=0b00_110 => Effect::PLAIN,
        // STORE: `sb` … `sd`
        0b01_000 => Effect::plain_if(funct3 <= 0b011),
        0b01_011 => amo(word),
        // OP, LUI, OP-32
        0b01_100..=0b01_110 => Effect::PLAIN,
        // MADD, MSUB, NMSUB, NMADD, OP-FP
        0b10_000..=0b10_100 => Effect::PLAIN,
        // BRANCH
        0b11_000 => Effect::plain_if(!matches!(funct3, 0b010 | 0b011)),
        // JALR, JAL
        0b11_001 => Effect::plain_if(funct3 == 0),
        0b11_011 => Effect::PLAIN,
        0b11_100 => system(word),
        // OP-V, custom, reserved
        _ => Effect::UNKNOWN,
    }
}

fn misc_mem(word: u32) -> Effect {
    match field(word, 14, 12) {
        0b000 => fence(word),
        // "Zifencei": `fence.i` orders this hart's instruction fetches after its stores. It
        // orders no data accesses among themselves.
        0b001 => Effect::PLAIN,
        0b010 => cache_block(word),
        _ => Effect::UNKNOWN,
    }
}

/// "Memory ordering instructions".
fn fence(word: u32) -> Effect {
    /// "Zihintpause": `fence w,0` with everything else zero, which orders nothing.
    const PAUSE: u32 = 0x0100_000f;
    const FM_TSO: u32 = 0b1000;
    const READ_WRITE: u32 = 0b0011;

    if word == PAUSE {
        return Effect::SPIN_HINT;
    }
    // I, O, R, W from the high bit down. Device accesses (I, O) are not modelled.
    let (predecessors, successors) = (field(word, 27, 24), field(word, 23, 20));
    if (field(word, 31, 28), predecessors, successors) == (FM_TSO, READ_WRITE, READ_WRITE) {
        return Effect::fence(Pairs::TSO);
    }
    // Any other `fm`, `rd` or `rs1`: "Base implementations shall treat all such reserved
    // configurations as normal fences with fm=0000, and standard software shall zero these
    // fields".
    let mut pairs = Pairs::NONE;
    for (pair, before, after) in [
        (Pairs::RR, 1, 1),
        (Pairs::RW, 1, 0),
        (Pairs::WR, 0, 1),
        (Pairs::WW, 0, 0),
    ] {
        if bit(predecessors, before) && bit(successors, after) {
            pairs |= pair;
        }
    }
    Effect::fence(pairs)
}

/// "Zicbom", "Zicboz".
fn cache_block(word: u32) -> Effect {
    match (field(word, 31, 20), field(word, 11, 7)) {
        // `cbo.inval`, `cbo.clean`, `cbo.flush` are ordered as accesses to the block; a full
        // fence is stronger. `cbo.inval` may also bring back older contents.
        (0, 0) => Effect::UNSEEN_WRITE.with_fence(Pairs::ALL),
        (1 | 2, 0) => Effect::fence(Pairs::ALL),
        // `cbo.zero`
        (4, 0) => Effect::UNSEEN_WRITE,
        _ => Effect::UNKNOWN,
    }
}

/// "A" extension; "Zabha" for bytes and halves, "Zacas".
fn amo(word: u32) -> Effect {
    let (aq, rl) = (bit(word, 26), bit(word, 25));
    let funct3 = field(word, 14, 12);
    let word_or_double = matches!(funct3, 0b010 | 0b011);
    let byte_or_half = matches!(funct3, 0b000 | 0b001);
    let quad = funct3 == 0b100;
    let access = match field(word, 31, 27) {
        // `lr`, `sc`
        0b00010 if word_or_double && field(word, 24, 20) == 0 => Access::LoadReserved,
        0b00011 if word_or_double => Access::StoreConditional,
        // `amocas`
        0b00101 if word_or_double || byte_or_half || quad => Access::Atomic,
        // `amoadd`, `amoswap`; `amoxor`, `amoor`, `amoand`; `amomin`, `amomax`, `amominu`,
        // `amomaxu`
        0b00000 | 0b00001 | 0b00100 | 0b01000 | 0b01100 | 0b10000 | 0b10100 | 0b11000 | 0b11100
            if word_or_double || byte_or_half =>
        {
            Access::Atomic
        }
        _ => return Effect::UNKNOWN,
    };

    // RVWMO rules 5 and 6: all later accesses are ordered after one with an acquire annotation,
    // and one with a release annotation is ordered after all earlier accesses. With both
    // annotations, all later accesses are ordered after all earlier ones.
    let fence = match (access, aq, rl) {
        (_, true, true) => Pairs::ALL,
        // A release on a load, an acquire on a store: "software should not" set them, but GCC
        // before 13 emits `sc.w.aq` for every acquiring compare-and-swap. The manual orders this
        // one access only; the fence, which orders all reads or all writes, is stronger.
        (Access::LoadReserved, _, true) => Pairs::RR | Pairs::WR,
        (Access::StoreConditional, true, _) => Pairs::WR | Pairs::WW,
        _ => Pairs::NONE,
    };
    // RVWMO rule 7: the annotations of `.aq` and `.rl` are RCsc.
    let acquire = if aq { Acquire::Rcsc } else { Acquire::No };
    Effect::access(access)
        .with_acquire(acquire)
        .with_release(rl)
        .with_fence(fence)
}

fn system(word: u32) -> Effect {
    const ECALL: u32 = 0x0000_0073;
    const EBREAK: u32 = 0x0010_0073;
    // "Zawrs": wait for a store to the reservation set.
    const WRS_NTO: u32 = 0x00d0_0073;
    const WRS_STO: u32 = 0x01d0_0073;
    match field(word, 14, 12) {
        0b000 => match word {
            // A system call orders nothing by itself; the caller handles it separately.
            ECALL | EBREAK => Effect::PLAIN,
            WRS_NTO | WRS_STO => Effect::SPIN_HINT,
            _ => Effect::UNKNOWN,
        },
        // Hypervisor loads and stores, may-be-operations (Zimop).
        0b100 => Effect::UNKNOWN,
        _ => Effect::plain_if(is_known_csr(word)),
    }
}

/// "Zicsr", "Zicntr", "F": whether an access to the CSR has no side effect on memory.
fn is_known_csr(word: u32) -> bool {
    // `csrrs`, `csrrc` and their immediate forms with x0 or 0 write nothing.
    let writes = !bit(word, 13) || field(word, 19, 15) != 0;
    match field(word, 31, 20) {
        // `fflags`, `frm`, `fcsr`
        0x001..=0x003 => true,
        // `cycle`, `time`, `instret`
        0xc00..=0xc02 => !writes,
        _ => false,
    }
}
