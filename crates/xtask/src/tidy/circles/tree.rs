//! The tree of a crate's modules, and what their code names.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The modules of one crate root: a library, a program, a test.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The source files, relative to the workspace's root.
    pub files: Vec<PathBuf>,
    /// The modules; the first one is the root.
    pub modules: Vec<Module>,
}

/// One module, in a file of its own or inline.
#[derive(Debug)]
pub(super) struct Module {
    /// Its file, an index into [`Tree::files`].
    pub file: usize,
    /// The module around it, an index into [`Tree::modules`]; none for the root.
    pub parent: Option<usize>,
    /// The names that the module declares or imports. One name may mean several things: a module
    /// and a function, or one item for each of two configurations.
    pub names: BTreeMap<String, Vec<Meaning>>,
    /// The paths of its glob imports, without the `*`.
    pub globs: Vec<Vec<String>>,
    /// What its code names.
    pub named: Vec<Named>,
}

/// What a name stands for in a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A child module.
    Module(usize),
    /// An item that this file defines.
    Item(usize),
    /// A macro that this file defines. Modules below and after it see it without a path.
    Macro(usize),
    /// What the path leads to, seen from the module that imports it.
    Import(Vec<String>),
}

/// A path in the code of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Its segments, without generic arguments.
    pub path: Vec<String>,
    /// From 1.
    pub line: usize,
    /// How it is named.
    pub how: How,
}

/// How code names a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// By a path, or by an import of one item.
    Path,
    /// By an import of everything in it.
    Glob,
    /// By the call of a macro that has no path.
    Macro,
}
