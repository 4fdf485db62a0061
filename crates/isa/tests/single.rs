//! Which accesses of two registers, or of 16 bytes, are one single-copy atomic access.

mod support;

use isa::Single::{self, Always, No, WithFeature};
use isa::{Arch, single};
use support::{Disassembler, unhex};

/// The bytes of an instruction, its name, the beginning of its operands, and the answer.
type Row = (&'static str, &'static str, Single);

const AARCH64: &[Row] = &[
    ("400440a9", "ldp x0, x1", WithFeature),
    ("40044029", "ldp w0, w1", WithFeature),
    ("400440a8", "ldnp x0, x1", WithFeature),
    ("400400a9", "stp x0, x1", WithFeature),
    ("40044069", "ldpsw x0, x1", No),
    ("4004406d", "ldp d0, d1", WithFeature),
    ("4004402d", "ldp s0, s1", No),
    ("400440ad", "ldp q0, q1", No),
    ("4000c03d", "ldr q0, [x2]", WithFeature),
    ("4068a33c", "str q0, [x2, x3]", WithFeature),
    ("4030803c", "stur q0, [x2, #3]", WithFeature),
    ("8000009c", "ldr q0, #0x10", WithFeature),
    ("400040fd", "ldr d0, [x2]", No),
    ("400040f9", "ldr x0, [x2]", No),
    ("40047fc8", "ldxp x0, x1", WithFeature),
    ("40047f88", "ldxp w0, w1", Always),
    ("400424c8", "stxp w4, x0, x1", Always),
    ("40842488", "stlxp w4, w0, w1", Always),
    ("827c2048", "casp x0, x1, x2, x3", Always),
    ("827c2008", "casp w0, w1, w2, w3", Always),
    ("817ca0c8", "cas x0, x1", No),
    ("407c5fc8", "ldxr x0", No),
    ("4070404c", "ld1 {v0.16b}", No),
    ("40ac404c", "ld1 {v0.2d, v1.2d}", No),
    ("40fcdfc8", "ldar x0", No),
    ("4104008b", "add x1, x2, x0, lsl #1", No),
];

const POWER: &[Row] = &[
    ("000085e0", "", Always), // lq r4, 0(r5)
    ("020085f8", "", Always), // stq r4, 0(r5)
    ("282a807c", "", Always), // lqarx r4, 0, r5
    ("6d29807c", "", Always), // stqcx. r4, 0, r5
    ("0000a5e0", "", No),     // lq r5, 0(r5): an odd register
    ("0200a5f8", "", No),     // stq r5, 0(r5)
    ("ce28807c", "lvx v4, 0, r5", No),
    ("000085e8", "ld r4, 0(r5)", No),
    ("a828807c", "ldarx r4, 0, r5", No),
    ("ad29807c", "stdcx. r4, 0, r5", No),
];

const RISCV: &[Row] = &[
    ("2fb5c52f", "", No),     // amocas.d, whose QEMU 10 has
    ("2f45c528", "", Always), // amocas.q a0, a2, (a1)
    ("2f35c500", "amoadd.d a0, a2", No),
    ("03b50500", "ld a0, 0(a1)", No),
];

const X86_64: &[Row] = &[
    ("f0480fc70e", "lock cmpxchg16b xmmword ptr [rsi]", Always),
    ("480fc70e", "cmpxchg16b xmmword ptr [rsi]", WithFeature),
    ("f00fc70e", "lock cmpxchg8b qword ptr [rsi]", No),
    ("0f2806", "movaps xmm0, xmmword ptr [rsi]", WithFeature),
    ("660f7f06", "movdqa xmmword ptr [rsi], xmm0", WithFeature),
    ("0f1006", "movups xmm0, xmmword ptr [rsi]", WithFeature),
    ("660f6fc1", "movdqa xmm0, xmm1", No),
    ("c5f96f06", "vmovdqa xmm0, xmmword ptr [rsi]", WithFeature),
    ("c5fd6f06", "vmovdqa ymm0, ymmword ptr [rsi]", No),
    ("c5fe7f06", "vmovdqu ymmword ptr [rsi], ymm0", No),
    ("c4e27d1a06", "vbroadcastf128 ymm0", WithFeature),
    (
        "c5f9fe0e",
        "vpaddd xmm1, xmm0, xmmword ptr [rsi]",
        WithFeature,
    ),
    ("c4e27990140e", "vpgatherdd xmm2", No),
    ("c4e2792c0e", "vmaskmovps xmm1, xmm0", No),
    ("660ffe06", "paddd xmm0, xmmword ptr [rsi]", WithFeature),
    ("660f380006", "pshufb xmm0, xmmword ptr [rsi]", WithFeature),
    ("488b06", "mov rax, qword ptr [rsi]", No),
    ("f0480fc106", "lock xadd qword ptr [rsi], rax", No),
    ("0f2806 90", "", No), // Not one instruction.
];

#[test]
fn tables() {
    let mut wrong = Vec::new();
    for (arch, rows) in [
        (Arch::AArch64, AARCH64),
        (Arch::Ppc64le, POWER),
        (Arch::Riscv64, RISCV),
        (Arch::X86_64, X86_64),
    ] {
        let disassembler = Disassembler::new(arch);
        for (bytes, name, expected) in rows {
            let bytes = unhex(&bytes.replace(' ', ""));
            let text = disassembler.text(&bytes).unwrap_or_default();
            // Capstone does not know those without a name.
            if !name.is_empty() && !text.starts_with(name) {
                wrong.push(format!("{arch}: {name}: capstone says {text}"));
            }
            let found = single(arch, &bytes);
            if found != *expected {
                wrong.push(format!("{arch}: {name}: {found:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
