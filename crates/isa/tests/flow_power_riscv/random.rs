//! Any bytes have a flow, and the flow is consistent with the effect of the same bytes.

use isa::{Access, Arch, Flow, Registers, decode, flow};
use proptest::prelude::*;

const ARCHS: [Arch; 2] = [Arch::Ppc64le, Arch::Riscv64];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn any_bytes(
        arch in prop::sample::select(&ARCHS[..]),
        bytes in prop::collection::vec(any::<u8>(), 0..=6),
    ) {
        check(arch, &bytes)?;
    }

    #[test]
    fn any_word(arch in prop::sample::select(&ARCHS[..]), word in any::<u32>()) {
        check(arch, &word.to_le_bytes())?;
    }
}

fn check(arch: Arch, bytes: &[u8]) -> Result<(), TestCaseError> {
    let (effect, flow) = (decode(arch, bytes), flow(arch, bytes));
    if flow == Flow::UNKNOWN {
        return Ok(());
    }
    prop_assert!(!effect.unknown);
    prop_assert_eq!(flow.is_access() && flow.address == Registers::ALL, false);
    match effect.access {
        // The store-conditional copies SO.
        Access::StoreConditional if arch == Arch::Ppc64le => {
            prop_assert!(flow.store && !flow.load && flow.second.contains(flow.status));
        }
        Access::Plain => prop_assert!(flow.status.is_empty() && !(flow.load && flow.store)),
        Access::LoadReserved => prop_assert!(flow.load && !flow.store),
        Access::StoreConditional => prop_assert!(flow.store && !flow.load),
        Access::Atomic => prop_assert!(flow.load && flow.store),
    }
    // Only an access of the right kind writes these registers.
    prop_assert!(flow.load || flow.loaded.is_empty());
    prop_assert!(flow.store || flow.status.is_empty());
    prop_assert!(flow.is_access() || (flow.address | flow.updated).is_empty());
    prop_assert!(flow.address.contains(flow.updated));
    Ok(())
}
