//! Names of memory locations, and their values.

use overtake_report::trace::Object;

/// The name that the guest gave to the bytes at an address.
pub fn named(objects: &[Object], addr: u64) -> Option<String> {
    let inside = |object: &&Object| (object.addr..object.addr + object.size).contains(&addr);
    // The last name counts: memory can be reused.
    let object = objects.iter().rev().find(inside)?;
    Some(match addr - object.addr {
        0 => object.name.clone(),
        offset => format!("{}+{offset}", object.name),
    })
}

/// Bytes in memory order as a number: small ones in decimal, others in hexadecimal.
pub fn value(bytes: &[u8]) -> String {
    let mut padded = [0; 16];
    let length = bytes.len().min(16);
    padded[..length].copy_from_slice(&bytes[..length]);
    let number = u128::from_le_bytes(padded);
    if number < 1_000_000 {
        number.to_string()
    } else {
        format!("{number:#x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_has_its_last_name() {
        let object = |addr, size, name: &str| Object {
            addr,
            size,
            name: name.to_owned(),
        };
        let objects = [object(16, 8, "old"), object(16, 8, "ring.tail")];
        assert_eq!(named(&objects, 16).as_deref(), Some("ring.tail"));
        assert_eq!(named(&objects, 20).as_deref(), Some("ring.tail+4"));
        assert_eq!(named(&objects, 24), None);
    }

    #[test]
    fn values() {
        assert_eq!(value(&[3, 1, 0, 0]), "259");
        assert_eq!(value(&[0xff; 8]), "0xffffffffffffffff");
        assert_eq!(value(&[]), "0");
    }
}
