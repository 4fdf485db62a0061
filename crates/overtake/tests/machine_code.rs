//! The machine code of every variant's `complete` and `read_evt` on every target: a snapshot of
//! each, and that the instruction which orders the event's stores before the tail's, or the tail's
//! load before the event's, is there, or is not.

mod support;

use std::collections::BTreeMap;
use std::fs;

use aio_ring_buggy::Variant;
use capstone::arch::{self, BuildsCapstone, BuildsCapstoneEndian, BuildsCapstoneExtraMode};
use capstone::{Capstone, Endian};
use object::{Object, ObjectSection, ObjectSymbol};
use overtake::target::Target;
use support::{check_text, home};

/// An instruction whose text says nothing of where it lies.
struct Instruction {
    /// The label before it.
    label: Option<String>,
    mnemonic: String,
    operands: String,
}

/// The code of the scenario's function `symbol`.
fn code(target: Target, symbol: &str) -> Vec<Instruction> {
    let path = home()
        .join("guests")
        .join(target.name())
        .join("aio-ring-race");
    let file = fs::read(&path).expect("the home is complete");
    let file = object::File::parse(file.as_slice()).expect("it is an ELF file");
    let function = file
        .symbols()
        .find(|one| one.name() == Ok(symbol))
        .unwrap_or_else(|| panic!("no `{symbol}` in {}", path.display()));
    let section = function.section_index().expect("it is defined");
    let bytes = file
        .section_by_index(section)
        .expect("the symbol is in it")
        .data_range(function.address(), function.size())
        .expect("the section has contents")
        .expect("the function is in it");
    // On Power a table for debuggers follows the code, after a word of zeros, which is no
    // instruction.
    let table = match target {
        Target::Ppc64le => bytes.chunks_exact(4).position(|word| word == [0; 4]),
        _ => None,
    };
    let bytes = table.map_or(bytes, |words| &bytes[..4 * words]);
    normalised(target, bytes, function.address())
}

/// Disassembles a function. The one place where machine code is made independent of where it
/// lies: what is branched to gets a label, and there is nothing else that could tell.
fn normalised(target: Target, bytes: &[u8], address: u64) -> Vec<Instruction> {
    let capstone = disassembler(target);
    let decoded = capstone
        .disasm_all(bytes, address)
        .expect("capstone knows the target");
    let end = address + bytes.len() as u64;
    let last = decoded.iter().last().expect("it is not empty");
    assert_eq!(
        last.address() + last.bytes().len() as u64,
        end,
        "capstone does not know the instruction after `{last}`"
    );

    let texts: Vec<_> = decoded
        .iter()
        .map(|one| {
            let mnemonic = one.mnemonic().unwrap_or_default();
            let operands = one.op_str().unwrap_or_default();
            (one.address(), mnemonic, operands)
        })
        .collect();
    let destinations: Vec<_> = texts
        .iter()
        .map(|&(at, mnemonic, operands)| destination(target, at, mnemonic, operands))
        .collect();
    let mut labels: BTreeMap<u64, String> = destinations
        .iter()
        .flatten()
        .map(|&(destination, _)| (destination, String::new()))
        .collect();
    for (number, (destination, label)) in labels.iter_mut().enumerate() {
        *label = if (address..end).contains(destination) {
            format!(".{number}")
        } else {
            "elsewhere".to_owned()
        };
    }
    texts
        .into_iter()
        .zip(destinations)
        .map(|((at, mnemonic, operands), destination)| Instruction {
            label: labels.get(&at).cloned(),
            mnemonic: mnemonic.to_owned(),
            operands: match destination {
                Some((destination, rest)) => format!("{rest}{}", labels[&destination]),
                None => operands.to_owned(),
            },
        })
        .collect()
}

/// Where a branch goes, and its operands before that; none for other instructions.
fn destination<'a>(
    target: Target,
    at: u64,
    mnemonic: &str,
    operands: &'a str,
) -> Option<(u64, &'a str)> {
    let first = match target {
        // `b`, `b.eq`, `bl`, `cbz`, `tbz`; not `bic`, `bfi`.
        Target::Aarch64 => {
            ["b.", "cbz", "cbnz", "tbz", "tbnz"]
                .iter()
                .any(|start| mnemonic.starts_with(start))
                || ["b", "bl"].contains(&mnemonic)
        }
        // `b`, `bl`, `beq`, `bne-`, `bdnz`; not `blr`, which has no operands.
        Target::Ppc64le => mnemonic.starts_with('b'),
        // `beq`, `bgeu`, `c.beqz`, `j`, `jal`, `c.j`.
        Target::Riscv64 => mnemonic.trim_start_matches("c.").starts_with(['b', 'j']),
        Target::X86_64 => mnemonic.starts_with('j') || mnemonic == "call",
    };
    if !first {
        return None;
    }
    let start = operands.rfind([' ', ',']).map_or(0, |space| space + 1);
    let (rest, number) = operands.split_at(start);
    let number = number.trim_start_matches('#');
    let (number, negative) = match number.strip_prefix('-') {
        Some(number) => (number, true),
        None => (number, false),
    };
    let value = match number.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => number.parse(),
    };
    // Otherwise the destination is in a register.
    let value = value.ok()?;
    let value = if negative {
        value.wrapping_neg()
    } else {
        value
    };
    let destination = match target {
        // Capstone gives the distance here, and the address for the others.
        Target::Riscv64 => at.wrapping_add(value),
        _ => value,
    };
    Some((destination, rest))
}

fn disassembler(target: Target) -> Capstone {
    let new = Capstone::new();
    match target {
        Target::Aarch64 => new.arm64().mode(arch::arm64::ArchMode::Arm).build(),
        Target::Ppc64le => new
            .ppc()
            .mode(arch::ppc::ArchMode::Mode64)
            .endian(Endian::Little)
            .build(),
        Target::Riscv64 => new
            .riscv()
            .mode(arch::riscv::ArchMode::RiscV64)
            .extra_mode([arch::riscv::ArchExtraMode::RiscVC].into_iter())
            .build(),
        Target::X86_64 => new.x86().mode(arch::x86::ArchMode::Mode64).build(),
    }
    .expect("capstone is built with the target")
}

fn shown(code: &[Instruction]) -> String {
    let mut text = String::new();
    for one in code {
        if let Some(label) = &one.label {
            text += &format!("{label}:\n");
        }
        let line = format!("    {:<8}{}", one.mnemonic, one.operands);
        text += line.trim_end();
        text.push('\n');
    }
    text
}

impl Instruction {
    /// A barrier with its operands, another instruction without, since they are registers.
    fn name(&self) -> String {
        match self.mnemonic.as_str() {
            "dmb" | "fence" => format!("{} {}", self.mnemonic, self.operands),
            other => other.to_owned(),
        }
    }

    /// Whether it orders earlier stores before later ones (on x86_64 every store does, and these
    /// do more).
    fn orders_stores(&self, target: Target) -> bool {
        let mnemonic = self.mnemonic.as_str();
        match target {
            Target::Aarch64 => {
                mnemonic.starts_with("stl")
                    || (["dmb", "dsb"].contains(&mnemonic) && !self.operands.ends_with("ld"))
            }
            // Capstone knows `lwsync` both by its name and as `sync 1`.
            Target::Ppc64le => ["sync", "hwsync", "lwsync", "ptesync", "eieio"].contains(&mnemonic),
            // `fence before, after`; without operands it orders everything.
            Target::Riscv64 => {
                mnemonic.starts_with("fence")
                    && self
                        .operands
                        .split(',')
                        .all(|set| set.is_empty() || set.contains('w'))
            }
            Target::X86_64 => {
                mnemonic.ends_with("fence") || mnemonic.starts_with("lock") || mnemonic == "xchg"
            }
        }
    }

    /// Whether it orders earlier loads before later accesses (on x86_64 every load is, and these
    /// do more).
    fn orders_loads(&self, target: Target) -> bool {
        let mnemonic = self.mnemonic.as_str();
        match target {
            Target::Aarch64 => {
                ["lda", "stl"]
                    .iter()
                    .any(|start| mnemonic.starts_with(start))
                    || (["dmb", "dsb"].contains(&mnemonic) && !self.operands.ends_with("st"))
            }
            // `isync` does after a branch that depends on the load.
            Target::Ppc64le => ["sync", "hwsync", "lwsync", "ptesync", "isync"].contains(&mnemonic),
            Target::Riscv64 => {
                mnemonic.starts_with("fence")
                    && (self.operands.is_empty() || self.operands.starts_with('r'))
            }
            Target::X86_64 => {
                mnemonic.ends_with("fence") || mnemonic.starts_with("lock") || mnemonic == "xchg"
            }
        }
    }

    /// Whether it stores the tail into the ring's header, where it is the word at 12.
    fn stores_tail(&self, target: Target) -> bool {
        let (mnemonic, operands) = (self.mnemonic.as_str(), self.operands.as_str());
        match target {
            // `stlr` takes no offset; it has been added before.
            Target::Aarch64 => {
                mnemonic == "stlr" || (mnemonic == "str" && operands.ends_with("#0xc]"))
            }
            Target::Ppc64le => mnemonic == "stw" && operands.contains(" 0xc("),
            Target::Riscv64 => {
                ["sw", "c.sw"].contains(&mnemonic)
                    && (operands.contains(" 0xc(") || operands.contains(" 12("))
            }
            Target::X86_64 => {
                mnemonic == "mov"
                    && operands.starts_with("dword ptr [")
                    && operands.contains("+ 0xc]")
            }
        }
    }
}

/// Where an instruction that orders stores is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between the event's stores and the tail's: right.
    Before,
    /// It is the store of the tail: right.
    Itself,
    /// After the store of the tail: too late.
    After,
}

/// The instruction that orders stores, as it must be.
fn expected(target: Target, variant: Variant) -> Option<(&'static str, Place)> {
    use Place::{After, Before, Itself};

    match (variant, target) {
        (Variant::RelaxedTail, _) => None,
        // Their writer's side is the same.
        (Variant::RelaxedReader, _) => expected(target, Variant::Release),
        (Variant::Release, Target::Aarch64) => Some(("stlr", Itself)),
        (Variant::Release, Target::Ppc64le) => Some(("lwsync", Before)),
        (Variant::Release, Target::Riscv64) => Some(("fence rw, w", Before)),
        (Variant::Release, Target::X86_64) => None,
        (Variant::Wmb, _) => WMB[target as usize].map(|wmb| (wmb, Before)),
        (Variant::BarrierOnly, _) => WMB[target as usize].map(|wmb| (wmb, After)),
    }
}

/// The write barrier, in the order of the targets.
const WMB: [Option<&str>; 4] = [Some("dmb ishst"), Some("lwsync"), Some("fence w, w"), None];

/// What orders loads in `read_evt`, in this order: what orders the tail's load before the event's,
/// if anything does, and what orders the event's before the head's store.
fn expected_in_reader(target: Target, variant: Variant) -> Vec<&'static str> {
    let (tail, head) = match (variant, target) {
        (Variant::Wmb | Variant::BarrierOnly, _) => {
            (RMB[target as usize], Some(MB[target as usize]))
        }
        (_, Target::Aarch64) => (Some("ldar"), Some("stlr")),
        (_, Target::Ppc64le) => (Some("isync"), Some("lwsync")),
        (_, Target::Riscv64) => (Some("fence r, rw"), Some("fence rw, w")),
        (_, Target::X86_64) => (None, None),
    };
    let tail = tail.filter(|_| variant != Variant::RelaxedReader);
    tail.into_iter().chain(head).collect()
}

/// The read barrier, in the order of the targets.
const RMB: [Option<&str>; 4] = [Some("dmb ishld"), Some("lwsync"), Some("fence r, r"), None];

/// The full barrier, in the order of the targets.
const MB: [&str; 4] = ["dmb ish", "sync", "fence rw, rw", "mfence"];

fn machine_code_of_reader(target: Target, variant: Variant) {
    let symbol = format!("read_{}", variant.name().replace('-', "_"));
    let code = code(target, &symbol);
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
}

fn machine_code(target: Target, variant: Variant) {
    let symbol = format!("publish_{}", variant.name().replace('-', "_"));
    let code = code(target, &symbol);
    check_text(
        &format!("machine_code_{target}_{variant}"),
        &shown(&code),
        &[],
    );

    let tails: Vec<_> = (0..code.len())
        .filter(|&i| code[i].stores_tail(target))
        .collect();
    let &[tail] = tails.as_slice() else {
        panic!("one store of the tail, not {}", tails.len());
    };
    let ordering: Vec<_> = code
        .iter()
        .enumerate()
        .filter(|(_, one)| one.orders_stores(target))
        .map(|(i, one)| {
            let (text, place) = match i.cmp(&tail) {
                std::cmp::Ordering::Equal => (one.mnemonic.clone(), Place::Itself),
                order => (
                    format!("{} {}", one.mnemonic, one.operands)
                        .trim_end()
                        .to_owned(),
                    if order.is_lt() {
                        Place::Before
                    } else {
                        Place::After
                    },
                ),
            };
            (text, place)
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
        $(#[test]
        fn $name() {
            for &variant in Variant::ALL {
                machine_code(Target::$target, variant);
                machine_code_of_reader(Target::$target, variant);
            }
        })*
    };
}

machine_codes! {
    aarch64: Aarch64;
    ppc64le: Ppc64le;
    riscv64: Riscv64;
    x86_64: X86_64;
}
