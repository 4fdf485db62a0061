//! Numbers of things, in English.

/// `1 thread`, `2 threads`.
pub fn counted(number: u64, what: &str) -> String {
    let ending = match (number, what.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{number} {what}{ending}")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_and_many() {
        assert_eq!(counted(1, "shared access"), "1 shared access");
        assert_eq!(counted(0, "thread"), "0 threads");
        assert_eq!(counted(2, "shared access"), "2 shared accesses");
    }
}
