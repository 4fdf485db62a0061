//! The words of a store that becomes visible before its thread makes it.

use std::fmt::Write;
use weakmem::{Before, EarlyStore, Guards, Kind};

/// What stands for no guarded memory.
const NOTHING: &str = "-";

/// The kinds of stores that may be early, and their words.
const KINDS: [(Kind, &str); 3] = [
    (Kind::Plain, "store"),
    (Kind::Atomic, "atomic"),
    (Kind::StoreConditional, "conditional"),
];

/// The words: how many stores come before it, and how many of them to memory that no other thread uses; up to
/// which store they become visible first; address, bytes, kind; what stays as it is for the thread: blocks, and pages of its own.
pub fn words(store: &EarlyStore) -> String {
    let Before {
        others,
        privately,
        behind,
    } = store.before;
    let mut words = format!("{others} {privately} {behind} {:#x} ", store.addr);
    for byte in store.bytes() {
        let _ = write!(words, "{byte:02x}");
    }
    let kind = KINDS.iter().find(|it| it.0 == store.kind);
    let (blocks, pages) = (list(store.guards.blocks()), list(store.guards.pages()));
    let _ = write!(
        words,
        " {} {blocks} {pages}",
        kind.map_or("store", |it| it.1)
    );
    words
}

fn list(addresses: impl Iterator<Item = u64>) -> String {
    let addresses: Vec<String> = addresses.map(|it| format!("{it:#x}")).collect();
    match addresses.join(",") {
        none if none.is_empty() => NOTHING.to_owned(),
        some => some,
    }
}

fn addresses(list: &str) -> Option<Vec<u64>> {
    match list {
        NOTHING => Some(Vec::new()),
        list => list.split(',').map(address).collect(),
    }
}

/// The store of these words.
pub fn parse(words: &[&str]) -> Option<EarlyStore> {
    let &[others, privately, behind, addr, bytes, kind, blocks, pages] = words else {
        return None;
    };
    let before = Before {
        others: others.parse().ok()?,
        privately: privately.parse().ok()?,
        behind: behind.parse().ok()?,
    };
    let kind = KINDS.iter().find(|it| it.1 == kind)?.0;
    let mut guarded = Guards::NONE;
    for block in addresses(blocks)? {
        guarded = guarded.with(block, 1)?;
    }
    for page in addresses(pages)? {
        guarded = guarded.with_page(page)?;
    }
    let mut store = EarlyStore::new(address(addr)?, &hex(bytes)?, before)?;
    (store.kind, store.guards) = (kind, guarded);
    Some(store)
}

fn address(word: &str) -> Option<u64> {
    u64::from_str_radix(word.strip_prefix("0x")?, 16).ok()
}

/// The bytes of pairs of hexadecimal digits.
fn hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = pairs.map(byte).collect();
    bytes.filter(|_| text.len().is_multiple_of(2))
}
