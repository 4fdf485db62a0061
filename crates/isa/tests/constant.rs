//! The constants that AArch64 instructions write, and the values with which `cas` compares.

mod support;

use isa::{Arch, Compare, Flow, decode, flow};
use support::Disassembler;

/// Returns the flow of the word, which capstone calls `name`.
fn named(word: u32, name: &str) -> Flow {
    let bytes = word.to_le_bytes();
    let text = Disassembler::new(Arch::AArch64).text(&bytes);
    assert_eq!(text.as_deref(), Some(name));
    flow(Arch::AArch64, &bytes)
}

fn compare(word: u32, name: &str) -> Compare {
    named(word, name).compare.expect("a compare-and-swap")
}

fn movz_w1_5() -> Flow {
    named(0x5280_00a1, "mov w1, #5")
}

#[test]
fn constants_that_one_instruction_writes() {
    for (word, name, value) in [
        (0x5280_00a1, "mov w1, #5", 5),
        (0xd2a0_00a1, "mov x1, #0x50000", 0x5_0000),
        (0x9280_0001, "mov x1, #-1", u64::MAX),
        (0x1280_0021, "mov w1, #-2", 0xffff_fffe),
        (0x2a1f_03e1, "mov w1, wzr", 0),
        (0xaa1f_03e1, "mov x1, xzr", 0),
        (0xb240_7fe1, "mov x1, #0xffffffff", 0xffff_ffff),
        (0x3201_f3e1, "mov w1, #-0x55555556", 0xaaaa_aaaa),
        (0xb241_03e1, "mov x1, #-0x8000000000000000", 1 << 63),
    ] {
        let constant = named(word, name).constant.expect(name);
        assert_eq!((constant.register, constant.kept), (1, 0), "{name}");
        assert_eq!(constant.value, value, "{name}");
    }
}

/// Every bitmask, as capstone prints it, in both sizes.
#[test]
fn bitmasks() {
    let disassembler = Disassembler::new(Arch::AArch64);
    let mut masks = 0;
    for is_64_bit in [false, true] {
        for fields in 0..1 << 13 {
            let word = u32::from(is_64_bit) << 31 | 0x3200_03e1 | fields << 10;
            let bytes = word.to_le_bytes();
            let constant = flow(Arch::AArch64, &bytes).constant;
            let Some(text) = disassembler.text(&bytes) else {
                assert_eq!(constant, None, "{word:08x}");
                continue;
            };
            let value = constant.expect(&text).value;
            let (_, digits) = text.split_once('#').expect(&text);
            let (is_negative, digits) = match digits.strip_prefix('-') {
                Some(digits) => (true, digits),
                None => (false, digits),
            };
            let absolute = match digits.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16),
                None => digits.parse(),
            }
            .expect(&text);
            let printed = if is_negative {
                absolute.wrapping_neg()
            } else {
                absolute
            };
            let size = if is_64_bit { u64::MAX } else { u32::MAX.into() };
            assert_eq!(value, printed & size, "{text}");
            masks += 1;
        }
    }
    // C6.2: 5334 values of 64 bits, and 1302 of 32, of which some have two encodings or more.
    assert!(masks >= 5334 + 1302, "{masks}");
}

#[test]
fn other_instructions_write_no_constant() {
    for (word, name) in [
        (0x2a02_03e1, "mov w1, w2"),
        (0x2a3f_03e1, "mvn w1, wzr"),
        (0x3200_0441, "orr w1, w2, #3"),
        (0x9240_07e1, "and x1, xzr, #3"),
        (0xb240_07ff, "mov sp, #3"),
        (0x5280_00bf, "mov wzr, #5"),
    ] {
        let bytes = u32::to_le_bytes(word);
        if let Some(text) = Disassembler::new(Arch::AArch64).text(&bytes)
            && text.starts_with("mov")
        {
            assert!(text.starts_with(&name[..4]), "{text}");
        }
        assert_eq!(flow(Arch::AArch64, &bytes).constant, None, "{name}");
    }
}

#[test]
fn the_expected_value_is_what_the_block_has_set() {
    let cas = compare(0x88a1_7c02, "cas w1, w2, [x0]");
    assert_eq!(cas.size, 4);
    let other = named(0xd280_0022, "mov x2, #1");
    assert_eq!(cas.expected(&[movz_w1_5()]), Some(5));
    assert_eq!(cas.expected(&[movz_w1_5(), other]), Some(5));
    assert_eq!(cas.expected(&[]), None);
    assert_eq!(cas.expected(&[other]), None);
    // What was loaded, moved or is unknown is no constant.
    for later in [
        named(0xb940_0001, "ldr w1, [x0]"),
        named(0x2a03_03e1, "mov w1, w3"),
        Flow::UNKNOWN,
    ] {
        assert_eq!(cas.expected(&[movz_w1_5(), later]), None);
        assert_eq!(cas.expected(&[later, movz_w1_5()]), Some(5));
    }
    // The compare-and-swap itself writes the register.
    let itself = named(0x88a1_7c02, "cas w1, w2, [x0]");
    assert_eq!(cas.expected(&[movz_w1_5(), itself]), None);
}

#[test]
fn a_chain_of_movk_is_one_constant() {
    let high = named(0xf2c0_0061, "movk x1, #3, lsl #32");
    let middle = named(0xf2a0_0041, "movk x1, #2, lsl #16");
    let doubleword = compare(0xc8a1_7c02, "cas x1, x2, [x0]");
    let chain = [movz_w1_5(), middle, high];
    assert_eq!(doubleword.expected(&chain), Some(0x3_0002_0005));
    assert_eq!(
        doubleword.expected(&chain[1..]),
        None,
        "the lowest bits are unknown"
    );
    // A word has no more bits than it compares, and clears the upper half.
    let word = compare(0x88a1_7c02, "cas w1, w2, [x0]");
    assert_eq!(word.expected(&chain), Some(0x2_0005));
    let half = named(0x72a0_0081, "movk w1, #4, lsl #16");
    let chain = [movz_w1_5(), high, half];
    assert_eq!(doubleword.expected(&chain), Some(0x4_0005));
    let byte = compare(0x08a1_7c02, "casb w1, w2, [x0]");
    assert_eq!(byte.size, 1);
    assert_eq!(
        byte.expected(&[named(0x5282_4681, "mov w1, #0x1234")]),
        Some(0x34)
    );
}

#[test]
fn pairs_and_the_zero_register() {
    let zero = compare(0xc8bf_7c02, "cas xzr, x2, [x0]");
    assert!(zero.registers.is_empty());
    assert_eq!(zero.expected(&[]), Some(0));
    let pair = compare(0x4820_7c82, "casp x0, x1, x2, x3, [x4]");
    assert_eq!((pair.pair, pair.size), (true, 16));
    let low = named(0xd280_00e0, "mov x0, #7");
    assert_eq!(pair.expected(&[low]), None);
    assert_eq!(pair.expected(&[low, movz_w1_5()]), Some(5 << 64 | 7));
    let words = compare(0x0820_7c82, "casp w0, w1, w2, w3, [x4]");
    assert_eq!(words.size, 8);
    assert_eq!(words.expected(&[movz_w1_5(), low]), Some(5 << 32 | 7));
    // x30 and XZR.
    let last = flow(Arch::AArch64, &0x083e_7c82_u32.to_le_bytes());
    let link = named(0x5280_003e, "mov w30, #1");
    assert_eq!(last.compare.expect("casp").expected(&[link]), Some(1));
}

#[test]
fn atomics_without_a_result() {
    for (word, name, no_result, acquires) in [
        (0xf821_001f_u32, "stadd x1, [x0]", true, false),
        (0xf8a1_001f, "ldadda x1, xzr, [x0]", true, false),
        (0xf8a1_0002, "ldadda x1, x2, [x0]", false, true),
        (0xf8a1_801f, "swpa x1, xzr, [x0]", true, false),
        (0xf8a1_8002, "swpa x1, x2, [x0]", false, true),
        (0xc8ff_7c02, "casa xzr, x2, [x0]", true, true),
        (0xc8e1_7c02, "casa x1, x2, [x0]", false, true),
        (0x487e_7c82, "caspa x30, xzr, x2, x3, [x4]", false, true),
        (0xf940_001f, "ldr xzr, [x0]", false, false),
    ] {
        let effect = decode(Arch::AArch64, &word.to_le_bytes());
        assert_eq!(effect.no_result, no_result, "{name}");
        assert_eq!(effect.acquire != isa::Acquire::No, acquires, "{name}");
    }
}
