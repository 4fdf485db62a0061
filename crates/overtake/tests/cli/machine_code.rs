//! The machine code of every variant's `complete` and `read_evt` on every target: a snapshot of each, and whether
//! an instruction orders the event's stores before the tail's, or the tail's load before the event's.

use crate::support::test::Test;
use crate::test;
use std::path::PathBuf;

use crate::support::{check_text, home};
use aio_ring_buggy::Variant;
use arch::Arch;
use ring_race::machine_code::{Instruction, shown};
use ring_race::order::{Place, publishing, reader, reading, writer};

/// The scenario's guest.
fn guest(target: Arch) -> PathBuf {
    home()
        .join("guests")
        .join(target.name())
        .join("aio-ring-race")
}

/// The instruction that orders stores, as it must be.
fn expected(target: Arch, variant: Variant) -> Option<(&'static str, Place)> {
    use Place::{After, Before, Itself};

    match (variant, target) {
        (Variant::RelaxedTail, _) => None,
        // Their writer's side is the same.
        (Variant::RelaxedReader | Variant::RelaxedHead, _) => expected(target, Variant::Release),
        (Variant::BarrierOnlyReader, _) => expected(target, Variant::Wmb),
        (Variant::Release, Arch::AArch64) => Some(("stlr", Itself)),
        (Variant::Release, Arch::Ppc64le) => Some(("lwsync", Before)),
        (Variant::Release, Arch::Riscv64) => Some(("fence rw, w", Before)),
        (Variant::Release, Arch::X86_64) => None,
        (Variant::Wmb, _) => WMB[target as usize].map(|wmb| (wmb, Before)),
        (Variant::BarrierOnly, _) => WMB[target as usize].map(|wmb| (wmb, After)),
    }
}

/// The write barrier, in the order of the targets.
const WMB: [Option<&str>; 4] = [Some("dmb ishst"), Some("lwsync"), Some("fence w, w"), None];

/// What orders loads in `read_evt`, in this order: what orders the tail's load before the event's,
/// if anything does, and what orders the event's before the head's store.
fn expected_in_reader(target: Arch, variant: Variant) -> Vec<&'static str> {
    let head = match (variant, target) {
        (Variant::RelaxedHead | Variant::BarrierOnlyReader, _) => None,
        (Variant::Wmb | Variant::BarrierOnly, _) => Some(MB[target as usize]),
        (_, Arch::AArch64) => Some("stlr"),
        (_, Arch::Ppc64le) => Some("lwsync"),
        (_, Arch::Riscv64) => Some("fence rw, w"),
        (_, Arch::X86_64) => None,
    };
    let tail = expected_of_tail(target, variant);
    tail.into_iter().chain(head).collect()
}

/// What orders the tail's load before the event's, if anything does.
fn expected_of_tail(target: Arch, variant: Variant) -> Option<&'static str> {
    match (variant, target) {
        (Variant::RelaxedReader | Variant::BarrierOnlyReader, _) => None,
        (Variant::Wmb | Variant::BarrierOnly, _) => RMB[target as usize],
        (_, Arch::AArch64) => Some("ldar"),
        (_, Arch::Ppc64le) => Some("isync"),
        (_, Arch::Riscv64) => Some("fence r, rw"),
        (_, Arch::X86_64) => None,
    }
}

/// The read barrier, in the order of the targets.
const RMB: [Option<&str>; 4] = [Some("dmb ishld"), Some("lwsync"), Some("fence r, r"), None];

/// The full barrier, in the order of the targets.
const MB: [&str; 4] = ["dmb ish", "sync", "fence rw, rw", "mfence"];

fn machine_code_of_reader(target: Arch, variant: Variant) {
    let code = reading(&guest(target), target, variant).expect("it is there");
    check_text(
        &format!("machine_code_{target}_{variant}_reader"),
        &shown(&code),
        &[],
    );
    let ordering: Vec<_> = code
        .iter()
        .filter(|one| one.orders_loads(target))
        .map(Instruction::name)
        .collect();
    let expected = expected_in_reader(target, variant);
    assert_eq!(ordering, expected, "{target}, {variant}");
    // The tail's is between the two loads, or is the first of them.
    let order = reader(target, &code).expect("one load of the tail, and one of the last field");
    let between: Vec<_> = order.between().map(|index| code[index].name()).collect();
    let tail = expected_of_tail(target, variant);
    assert_eq!(between, Vec::from_iter(tail), "{target}, {variant}");
}

fn machine_code(target: Arch, variant: Variant) {
    let code = publishing(&guest(target), target, variant).expect("it is there");
    check_text(
        &format!("machine_code_{target}_{variant}"),
        &shown(&code),
        &[],
    );

    let order = writer(target, &code).expect("one store of the tail, and one of the last field");
    let ordering: Vec<_> = order
        .ordering
        .iter()
        .map(|&(index, place)| {
            let one = &code[index];
            let text = match place {
                Place::Itself => one.mnemonic.clone(),
                _ => format!("{} {}", one.mnemonic, one.operands),
            };
            (text.trim_end().to_owned(), place)
        })
        .collect();
    let expected: Vec<_> = expected(target, variant)
        .map(|(text, place)| (text.to_owned(), place))
        .into_iter()
        .collect();
    assert_eq!(ordering, expected, "{target}, {variant}");
}

macro_rules! machine_codes {
    ($($name:ident: $target:ident;)*) => {
        $(fn $name() {
            for &variant in Variant::ALL {
                machine_code(Arch::$target, variant);
                machine_code_of_reader(Arch::$target, variant);
            }
        })*
    };
}

machine_codes! {
    aarch64: AArch64;
    ppc64le: Ppc64le;
    riscv64: Riscv64;
    x86_64: X86_64;
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![
        test!(aarch64),
        test!(ppc64le),
        test!(riscv64),
        test!(x86_64),
    ]
}
