//! Tests with small crates, with and without circles.

use std::path::Path;

use super::super::tests::{shown, tree};
use super::check;

/// Returns the findings in a crate `a` with these files, without the prefix `crates/a/src/`.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let folder = Path::new("crates/a/src");
    let paths: Vec<_> = files
        .iter()
        .map(|(file, _)| folder.join(file).display().to_string())
        .collect();
    let named: Vec<_> = paths.iter().map(String::as_str).zip(files).collect();
    let files: Vec<_> = named
        .iter()
        .map(|(path, (_, text))| (*path, *text))
        .collect();
    let temp = tree(&files);
    let findings = shown(&check(temp.path(), &["a".to_owned()]).unwrap());
    findings
        .iter()
        .map(|text| text.replace("crates/a/src/", ""))
        .collect()
}

/// Creates two modules `b` and `c` with these texts, and a root that defines `Root`.
fn pair(b: &str, c: &str) -> Vec<String> {
    let root = "mod b;\nmod c;\npub struct Root;\n";
    findings(&[("lib.rs", root), ("b.rs", b), ("c.rs", c)])
}

/// Asserts that the two texts form one circle in which `b` imports `names` from `c` at line 1.
fn is_circle(b: &str, names: &str) {
    let c = "use crate::b::B;\npub struct C;\npub fn c() {}\npub const K: u8 = 0;\n";
    let found = pair(&format!("{b}\npub struct B;\n"), c);
    let expected = format!(
        "b.rs:1: 2 files import each other in a circle\n    \
         b.rs:1 -> c.rs (names {names})\n    c.rs:1 -> b.rs (names crate::b::B)"
    );
    assert_eq!(found, [expected], "{b}");
}

/// Asserts that `b` does not import `c`.
fn is_none(b: &str) {
    let c = "use crate::b::B;\npub struct C;\npub fn c() {}\npub const K: u8 = 0;\n";
    assert_eq!(pair(&format!("{b}\npub struct B;\n"), c), [""; 0], "{b}");
}

#[test]
fn every_way_to_name_an_item_counts() {
    is_circle("use crate::c::C;", "crate::c::C");
    is_circle("use super::c::{self, C};", "super::c::C");
    is_circle("use super::c::C as Other;", "super::c::C");
    is_circle("use crate::c::*;", "crate::c::*");
    is_circle("use crate::c; fn f() { c::c() }", "c::c");
    is_circle("fn f() -> Vec<crate::c::C> { todo!() }", "crate::c::C");
    is_circle("fn f() { super::c::c() }", "super::c::c");
    is_circle("impl From<B> for crate::c::C {}", "crate::c::C");
    is_circle("fn f() { assert_eq!(1, crate::c::K) }", "crate::c::K");
    is_circle("#[x(with = crate::c::c)] struct X;", "crate::c::c");
    is_circle("macro_rules! m { () => { $crate::c::c() } }", "crate::c::c");
    is_circle("fn f() { use super::c::C; }", "super::c::C");
    is_circle(
        "mod inner { use super::super::c::C; }",
        "super::super::c::C",
    );
    is_circle("type X = crate::c::MadeByAMacro;", "crate::c::MadeByAMacro");
    is_circle("#[cfg(not(test))] use crate::c::C;", "crate::c::C");
}

#[test]
fn code_that_names_no_item_does_not_count() {
    is_none("// use crate::c::C;\n/// [`crate::c::C`]\nstruct X;");
    is_none("const S: &str = \"crate::c::C\";");
    is_none("use crate::c;");
    is_none("pub use crate::c::C;");
    is_none("use ::c::C;\nuse other::c::C as D;");
    is_none("#[cfg(test)]\nmod tests { use crate::c::C; }");
    is_none("#[cfg(all(test, unix))]\nuse crate::c::C;");
    is_none("pub(in crate::c) struct X;");
    is_none("enum E { C }\nimpl E { fn f() -> Self { Self::C } }");
    is_none("fn f(c: u8) -> u8 { c + x.c() }");
    is_none("fn f() { println!(\"{}\", self.c::<u8>()) }");
}

#[test]
fn the_root_can_be_in_a_circle() {
    let root = "mod b;\npub const LIMIT: u8 = 1;\nfn f() { b::g() }\n";
    let b = "pub fn g() -> u8 { crate::LIMIT }\n";
    assert_eq!(
        findings(&[("lib.rs", root), ("b.rs", b)]),
        ["b.rs:1: 2 files import each other in a circle\n    \
          b.rs:1 -> lib.rs (names crate::LIMIT)\n    lib.rs:3 -> b.rs (names b::g)"]
    );
    // A root that only declares and re-exports imports nothing.
    let root = "mod b;\npub use b::g;\npub const LIMIT: u8 = 1;\n";
    assert_eq!(findings(&[("lib.rs", root), ("b.rs", b)]), [""; 0]);
}

#[test]
fn a_path_through_a_re_export_names_the_file_behind_it() {
    let parent = "mod child;\npub use self::child::Item;\n";
    let sibling = "use crate::parent::Item;\npub struct Sibling;\n";
    let child = "use crate::sibling::Sibling;\npub struct Item;\n";
    assert_eq!(
        findings(&[
            (
                "lib.rs",
                "mod parent;\nmod sibling;\npub use parent::Item;\n"
            ),
            ("parent.rs", parent),
            ("parent/child.rs", child),
            ("sibling.rs", sibling),
        ]),
        [
            "parent/child.rs:1: 2 files import each other in a circle\n    \
          parent/child.rs:1 -> sibling.rs (names crate::sibling::Sibling)\n    \
          sibling.rs:1 -> parent/child.rs (names crate::parent::Item)"
        ]
    );
}

#[test]
fn a_re_export_that_is_used_by_its_name_is_an_import() {
    let child = "use super::f;\npub struct Item;\n";
    let parent = "mod child;\npub use child::Item;\npub fn f() -> Item { Item }\n";
    assert_eq!(
        findings(&[("lib.rs", parent), ("child.rs", child)]),
        ["child.rs:1: 2 files import each other in a circle\n    \
          child.rs:1 -> lib.rs (names super::f)\n    lib.rs:3 -> child.rs (names Item)"]
    );
    // A variable of the same name does not count.
    let child = "use super::f;\npub fn item() {}\n";
    let parent = "mod child;\npub use child::item;\npub fn f(item: u8) -> u8 { item }\n";
    assert_eq!(
        findings(&[("lib.rs", parent), ("child.rs", child)]),
        [""; 0]
    );
}

#[test]
fn modules_and_globs_lead_to_the_file_of_an_item() {
    // `pub use` of everything; the name then comes from the child.
    let parent = "mod child;\npub use child::*;\n";
    let child = "use crate::user::User;\npub struct Item;\n";
    let user = "use crate::parent;\npub struct User(parent::Item);\n";
    let found = findings(&[
        ("lib.rs", "mod parent;\nmod user;\n"),
        ("parent/mod.rs", parent),
        ("parent/child.rs", child),
        ("user.rs", user),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("user.rs:2 -> parent/child.rs (names parent::Item)"));
    // Imports that lead to each other do not loop for ever.
    let found = pair("pub use crate::c::X;", "pub use crate::b::X;\ntype Y = X;");
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_macro_belongs_to_the_file_that_defines_it() {
    let root = "macro_rules! m { () => {} }\nmod b;\nfn f() { b::g() }\n";
    assert_eq!(
        findings(&[("lib.rs", root), ("b.rs", "m!();\npub fn g() {}\n")]),
        ["b.rs:1: 2 files import each other in a circle\n    \
          b.rs:1 -> lib.rs (names m!)\n    lib.rs:3 -> b.rs (names b::g)"]
    );
    is_none("macro_rules! c { () => {} }\nfn f() { c!() }");
    let exported = "#[macro_export]\nmacro_rules! m { () => {} }\nuse crate::c::C;\n";
    let found = pair(exported, "pub struct C;\nfn f() { crate::m!() }\n");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("c.rs:2 -> b.rs (names crate::m)"),
        "{found:?}"
    );
}

#[test]
fn files_are_found_as_the_compiler_finds_them() {
    let root = "mod r#type;\n#[path = \"other/place.rs\"]\nmod placed;\nmod inline { mod deep; pub struct I; }\n";
    let found = findings(&[
        ("main.rs", root),
        ("type.rs", "use crate::placed::r#fn::P;\npub struct T;\n"),
        ("other/place.rs", "pub mod r#fn;\n"),
        ("other/fn.rs", "use crate::r#type::T;\npub struct P;\n"),
        ("inline/deep.rs", "use super::I;\npub struct D;\n"),
        ("bin/tool/main.rs", "mod x;\npub struct A;\nuse x::X;\n"),
        ("bin/tool/x.rs", "pub struct X(crate::A);\n"),
    ]);
    assert_eq!(
        found,
        [
            "bin/tool/main.rs:3: 2 files import each other in a circle\n    \
             bin/tool/main.rs:3 -> bin/tool/x.rs (names x::X)\n    \
             bin/tool/x.rs:1 -> bin/tool/main.rs (names crate::A)",
            "other/fn.rs:1: 2 files import each other in a circle\n    \
             other/fn.rs:1 -> type.rs (names crate::type::T)\n    \
             type.rs:1 -> other/fn.rs (names crate::placed::fn::P)",
        ]
    );
}

#[test]
fn a_module_is_not_the_crate_of_the_same_name() {
    // `litmus` in `b.rs` is the other crate: only the root has a module of this name in scope.
    let root = "mod b;\nmod litmus;\n";
    let b = "use litmus::Test;\npub struct B;\n";
    let litmus = "use crate::b::B;\npub struct Test;\n";
    assert_eq!(
        findings(&[("lib.rs", root), ("b.rs", b), ("litmus.rs", litmus)]),
        [""; 0]
    );
}

#[test]
fn a_re_export_of_another_crate_is_not_an_item_of_the_root() {
    let root = "mod b;\npub use other::{Pairs, extra::*};\nfn f() { b::g() }\n";
    let b = "use crate::Pairs;\nuse crate::Extra;\npub fn g() {}\n";
    assert_eq!(findings(&[("lib.rs", root), ("b.rs", b)]), [""; 0]);
}

#[test]
fn a_function_is_not_the_module_of_the_same_name() {
    let root = "mod b;\npub use b::B;\npub fn b() {}\nmod c;\nfn f() { c::c() }\n";
    let c = "use crate::B;\npub fn c() {}\n";
    let files = [("lib.rs", root), ("b.rs", "pub struct B;\n"), ("c.rs", c)];
    assert_eq!(findings(&files), [""; 0]);
}

#[test]
fn a_circle_is_found_once_with_a_few_of_its_names() {
    let b = "use crate::c::{C1, C2, C3, C4, C5, C6, C7};\npub struct B;\n";
    let c = "use crate::d::D;\npub struct C1;\n";
    let d = "use crate::b::B;\npub struct D;\n";
    let root = "mod b;\nmod c;\nmod d;\n";
    assert_eq!(
        findings(&[("lib.rs", root), ("b.rs", b), ("c.rs", c), ("d.rs", d)]),
        ["b.rs:1: 3 files import each other in a circle\n    \
          b.rs:1 -> c.rs (names crate::c::C1, crate::c::C2, crate::c::C3, crate::c::C4, \
          crate::c::C5 and 2 more)\n    \
          c.rs:1 -> d.rs (names crate::d::D)\n    d.rs:1 -> b.rs (names crate::b::B)"]
    );
}

#[test]
fn a_file_that_is_not_rust_is_a_finding() {
    let found = findings(&[("lib.rs", "mod b;\n"), ("b.rs", "fn f( {}\n")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("b.rs:1: cannot be parsed: "),
        "{found:?}"
    );
}
