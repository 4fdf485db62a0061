//! A limit on processor time on the command line.

use std::time::Duration;

/// A limit on processor time; none: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within(pub Option<Duration>);

/// Reads `60s`, `2m`, `90` (seconds), or `none` and `0` for no limit.
pub fn parse(text: &str) -> Result<Within, String> {
    if text == "none" {
        return Ok(Within(None));
    }
    let (number, unit) = match text.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (text.strip_suffix('s').unwrap_or(text), 1),
    };
    // A year is as good as no limit, and the sum with the time so far fits.
    let seconds = number
        .parse::<u32>()
        .ok()
        .and_then(|it| it.checked_mul(unit));
    match seconds.filter(|it| *it <= 366 * 24 * 3600) {
        Some(0) => Ok(Within(None)),
        Some(seconds) => Ok(Within(Some(Duration::from_secs(seconds.into())))),
        None => Err("not a time such as `60s`, `2m` or `none`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let seconds = |text| parse(text).map(|it| it.0.map(|it| it.as_secs()));
        assert_eq!(seconds("60s"), Ok(Some(60)));
        assert_eq!(seconds("2m"), Ok(Some(120)));
        assert_eq!(seconds("90"), Ok(Some(90)));
        for none in ["none", "0", "0s", "0m"] {
            assert_eq!(seconds(none), Ok(None));
        }
        for wrong in ["", "s", "-1s", "1h", "1.5s", "99999999999s", "99999999m"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
