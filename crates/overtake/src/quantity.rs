//! Formats a number of things.

/// `1 thread`, `2 threads`.
pub fn quantity(number: u64, what: &str) -> String {
    let ending = match (number, what.ends_with('s') || what.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{number} {what}{ending}")
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn one_and_many() {
        assert_eq!(quantity(1, "shared access"), "1 shared access");
        assert_eq!(quantity(0, "thread"), "0 threads");
        assert_eq!(quantity(2, "shared access"), "2 shared accesses");
        assert_eq!(quantity(2, "context switch"), "2 context switches");
    }
}
