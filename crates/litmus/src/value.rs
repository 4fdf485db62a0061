//! Values and their types.

use std::fmt;

/// The type of a location or a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// An integer.
    Integer {
        /// 8, 16, 32 or 64.
        bits: u32,
        /// Whether it is signed.
        signed: bool,
    },
    /// A register without a declared type: a 32-bit signed integer, unless its value needs more bits.
    Undeclared,
    /// The address of a location.
    Address,
}

impl Type {
    /// The type of a location without a declaration.
    pub const INT: Type = Type::Integer {
        bits: 32,
        signed: true,
    };

    /// The type with this name in C.
    pub fn of_words(words: &str) -> Option<Type> {
        let (bits, signed) = match words {
            "int8_t" | "signed char" => (8, true),
            "uint8_t" | "char" | "unsigned char" => (8, false),
            "int16_t" | "short" | "short int" => (16, true),
            "uint16_t" | "unsigned short" | "unsigned short int" => (16, false),
            "int32_t" | "int" | "signed" | "signed int" => (32, true),
            "uint32_t" | "unsigned" | "unsigned int" => (32, false),
            "int64_t" | "long" | "long int" | "long long" | "intptr_t" | "ssize_t" => (64, true),
            // Each location has room for 16 bytes. States show the lower half.
            "uint128_t" => (64, false),
            "uint64_t" | "unsigned long" | "unsigned long int" | "unsigned long long"
            | "uintptr_t" | "size_t" => (64, false),
            _ => return None,
        };
        Some(Type::Integer { bits, signed })
    }

    /// Its size in bytes.
    pub const fn bytes(self) -> u32 {
        match self {
            Type::Integer { bits, .. } => bits / 8,
            Type::Undeclared | Type::Address => 8,
        }
    }

    /// The number that the low bits of `raw` represent.
    pub fn number(self, raw: u64) -> i128 {
        match self {
            Type::Integer { bits, signed } => {
                let shift = 64 - bits;
                if signed {
                    i128::from(raw.cast_signed() << shift >> shift)
                } else {
                    i128::from(raw << shift >> shift)
                }
            }
            Type::Undeclared | Type::Address => {
                let low = Type::INT.number(raw);
                if raw >> 32 == 0 || i128::from(raw.cast_signed()) == low {
                    low
                } else {
                    i128::from(raw.cast_signed())
                }
            }
        }
    }

    /// A value from a test's text, truncated to the type.
    pub fn value(self, written: &Value) -> Value {
        match written {
            // The low 64 bits: a constant may be written as signed or unsigned.
            Value::Number(number) => Value::Number(self.number(*number as u64)),
            Value::Address(_) => written.clone(),
        }
    }
}

/// A number, or the address of a location.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A number.
    Number(i128),
    /// The address of the location with this name.
    Address(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => write!(f, "{number}"),
            Value::Address(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Type, Value};

    #[test]
    fn numbers_are_of_their_type() {
        let byte = Type::of_words("uint8_t").unwrap();
        let long = Type::of_words("uint64_t").unwrap();
        for (kind, raw, number) in [
            (Type::INT, 0xffff_ffff, -1),
            (Type::INT, 0x1_0000_0007, 7),
            (byte, 0x1ff, 0xff),
            (long, u64::MAX, i128::from(u64::MAX)),
            (Type::Undeclared, 0xffff_ffff, -1),
            (Type::Undeclared, u64::MAX, -1),
            (Type::Undeclared, 0x1_0000_0000, 0x1_0000_0000),
        ] {
            assert_eq!(kind.number(raw), number, "{kind:?} {raw:#x}");
        }
        assert_eq!(
            Type::INT.value(&Value::Number(0xffff_ffff)),
            Value::Number(-1)
        );
    }
}
