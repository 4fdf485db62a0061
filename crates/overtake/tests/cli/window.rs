//! A limit: two loads far apart are hardly ever reordered.

use crate::support::need::Need;
use crate::support::test::Test;
use crate::support::{folder, overtake_at_home};
use crate::test;
use arch::Arch;

/// A reader that loads the flag, goes round a loop of two instructions, and loads the data.
fn rounds(rounds: u32) -> String {
    format!(
        "AArch64 loop
{{ 0:X8=data; 0:X9=flag; 1:X8=data; 1:X9=flag; }}
 P0          | P1              ;
 MOV W1,#1   | LDR W1,[X9]     ;
 STR W1,[X8] | MOV W3,#{rounds}     ;
 DMB ISHST   | Again:          ;
 STR W1,[X9] | SUBS W3,W3,#1   ;
             | B.NE Again      ;
             | LDR W2,[X8]     ;
exists (1:X1=1 /\\ 1:X2=0)
"
    )
}

/// How often the data was stale although the flag was not, of 4,000 times.
fn stale(test: &str) -> u64 {
    let folder = folder();
    std::fs::write(folder.path().join("loop.litmus"), test).expect("it can be written");
    let output = overtake_at_home()
        .args(["litmus", "--seeds", "4", "--iterations", "1000"])
        .arg(folder.path().join("loop.litmus"))
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let positive = text
        .split_once("Positive: ")
        .and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
    positive.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn far_apart_loads_are_hardly_reordered() {
    let (near, far) = (stale(&rounds(20)), stale(&rounds(600)));
    assert!(far * 10 < near, "{far} of 4000, and {near} nearer by");
}

/// The tests of this module.
pub fn tests() -> Vec<Test> {
    vec![test!(far_apart_loads_are_hardly_reordered).needs(Need::Target(Arch::AArch64))]
}
