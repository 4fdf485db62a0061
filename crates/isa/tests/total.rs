//! `decode` has an answer for any bytes, and a full fence for those that are no instruction.

use isa::{Arch, Effect, Pairs, decode};
use proptest::prelude::*;

fn arch() -> impl Strategy<Value = Arch> {
    prop::sample::select(&Arch::ALL[..])
}

/// Whether QEMU can report an instruction of this length.
fn is_length(arch: Arch, length: usize) -> bool {
    match arch {
        Arch::AArch64 | Arch::Ppc64le => length == 4,
        Arch::Riscv64 => length == 2 || length == 4,
        Arch::X86_64 => (1..=15).contains(&length),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn any_bytes(arch in arch(), bytes in prop::collection::vec(any::<u8>(), 0..=17)) {
        let effect = decode(arch, &bytes);
        prop_assert_eq!(decode(arch, &bytes), effect);
        if !is_length(arch, bytes.len()) {
            prop_assert_eq!(effect, Effect::UNKNOWN);
        }
        if effect.unknown {
            prop_assert_eq!(effect, Effect::UNKNOWN);
        }
    }

    /// An instruction has one length: fewer or more bytes are unknown.
    #[test]
    fn one_length(bytes in prop::collection::vec(any::<u8>(), 15..=15)) {
        let known: Vec<usize> = (1..=15)
            .filter(|&length| !decode(Arch::X86_64, &bytes[..length]).unknown)
            .collect();
        // A near branch with an operand size prefix may have either of two lengths.
        let has_operand_size = bytes.iter().take(14).any(|&byte| byte == 0x66);
        prop_assert!(known.len() <= if has_operand_size { 2 } else { 1 }, "{:?}", known);
    }
}

#[test]
fn no_bytes_are_unknown() {
    for arch in Arch::ALL {
        assert_eq!(decode(arch, &[]), Effect::UNKNOWN);
    }
}

#[test]
fn unknown_is_the_strongest() {
    let unknown = Effect::UNKNOWN;
    assert_eq!(unknown.fence, Pairs::ALL);
    assert!(unknown.unseen_write && unknown.unknown && !unknown.is_plain());
}
