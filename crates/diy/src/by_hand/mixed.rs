//! Accesses of different sizes to one location. Power has none: its model has no sizes.

use super::draft::{Draft, X, Y, memory, read, register, write};
use crate::{Access, Arch, Register, Step};

/// What is written to a whole word, and to a half of one.
const WORD: u64 = 0x0101_0101;
const HALF: u64 = 0x0202;

pub(super) fn drafts(arch: Arch) -> Vec<Draft> {
    // The first register for values.
    let base: u8 = match arch {
        Arch::AArch64 | Arch::X86_64 => 0,
        Arch::Riscv64 => 10,
        Arch::Ppc64le => return Vec::new(),
    };
    let half = |location, offset, number| {
        let access = Access::read(location).into(Register(base + number));
        Step::Access(access.sized(2, offset))
    };
    let store_half =
        |location, offset| Step::Access(Access::write(location, HALF).sized(2, offset));
    let word = |location, number| read(location, base + number);
    let seen = |processor, number, value| register(processor, base + number, value);

    let mut drafts: Vec<Draft> = Vec::new();
    let mut add = |name: &str, steps, condition| drafts.push((name.to_owned(), steps, condition));
    add(
        "Mix-CoRR-wh",
        vec![vec![write(X, WORD)], vec![half(X, 0, 2), half(X, 0, 3)]],
        vec![seen(1, 2, 0x101), seen(1, 3, 0)],
    );
    add(
        "Mix-CoRR-hw",
        vec![vec![write(X, WORD)], vec![half(X, 0, 2), word(X, 3)]],
        vec![seen(1, 2, 0x101), seen(1, 3, 0)],
    );
    add(
        "Mix-CoWR-hw",
        vec![
            vec![write(X, WORD), store_half(X, 0), word(X, 3)],
            vec![word(X, 3)],
        ],
        vec![seen(0, 3, WORD)],
    );
    let forward = |mine, other| vec![store_half(mine, 0), word(mine, 3), word(other, 4)];
    add(
        "Mix-SB-fwd",
        vec![forward(X, Y), forward(Y, X)],
        vec![
            seen(0, 3, HALF),
            seen(1, 3, HALF),
            seen(0, 4, 0),
            seen(1, 4, 0),
        ],
    );
    add(
        "Mix-SB-halves",
        vec![
            vec![store_half(X, 0), word(X, 3)],
            vec![store_half(X, 2), word(X, 3)],
        ],
        vec![seen(0, 3, HALF), seen(1, 3, HALF << 16)],
    );
    add(
        "Mix-MP-word-halves",
        vec![vec![write(X, WORD)], vec![half(X, 2, 2), half(X, 0, 3)]],
        vec![seen(1, 2, 0x101), seen(1, 3, 0)],
    );
    add(
        "Mix-MP-halves-word",
        vec![
            vec![store_half(X, 0), store_half(X, 2)],
            vec![word(X, 2), word(X, 3)],
        ],
        vec![seen(1, 2, HALF << 16), seen(1, 3, HALF << 16 | HALF)],
    );
    add(
        "Mix-2+2W",
        vec![
            vec![write(X, WORD), half(X, 0, 2)],
            vec![write(X, 2 * WORD), half(X, 2, 2)],
        ],
        vec![memory(X, 0x0101_0202), seen(0, 2, 0x202), seen(1, 2, 0x101)],
    );
    drafts
}
