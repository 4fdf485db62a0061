//! The tree of a crate's modules, and the paths that their code names.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The modules of one crate root: a library, a program or a test.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The source files, relative to the workspace's root.
    pub files: Vec<PathBuf>,
    /// The modules; the first one is the root.
    pub modules: Vec<Module>,
}

/// A module, in its own file or inline.
#[derive(Debug)]
pub(super) struct Module {
    /// The file of the module, as an index into [`Tree::files`].
    pub file: usize,
    /// The enclosing module, as an index into [`Tree::modules`]; `None` for the root.
    pub parent: Option<usize>,
    /// The names that the module declares or imports. One name may have several meanings: a module
    /// and a function, or one item for each of two configurations.
    pub names: BTreeMap<String, Vec<Meaning>>,
    /// The paths of the glob imports, without the `*`.
    pub globs: Vec<Vec<String>>,
    /// The paths that its code names.
    pub named: Vec<Named>,
}

/// The meaning of a name in a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A child module.
    Module(usize),
    /// An item that this file defines.
    Item(usize),
    /// A macro that this file defines. Later code and its modules name it without a path.
    Macro(usize),
    /// The target of this path, as seen from the importing module.
    Import(Vec<String>),
}

/// A path in the code of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The segments of the path, without generic arguments.
    pub path: Vec<String>,
    /// The line, from 1.
    pub line: usize,
    /// The form in which the code names the path.
    pub how: How,
}

/// The form in which code names a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// As a path, or as an import of one item.
    Path,
    /// As an import of all its items.
    Glob,
    /// As a macro call without a path.
    Macro,
}
