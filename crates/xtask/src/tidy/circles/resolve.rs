//! Resolves a path to the files whose items it names.

use std::collections::BTreeSet;

use super::tree::{How, Meaning, Named, Tree};

/// Returns the files whose items `named` names, as seen from `module`. Items of other crates and
/// modules within the path do not count.
pub(super) fn files(tree: &Tree, module: usize, named: &Named) -> BTreeSet<usize> {
    let mut search = Search {
        tree,
        open: Vec::new(),
    };
    match named.how {
        How::Path => search.path(module, &named.path),
        How::Macro => search.textual_macro(module, &named.path[0]),
        How::Glob => {
            let found = search.path(module, &named.path);
            let whole = found.into_iter().map(|found| match found {
                Found::Module(module) if search.has_items(module) => {
                    Found::Item(tree.modules[module].file)
                }
                found => found,
            });
            whole.collect()
        }
    }
    .into_iter()
    .filter_map(|found| match found {
        Found::Item(file) => Some(file),
        Found::Module(_) => None,
    })
    .collect()
}

/// The target of a path.
#[derive(Debug, Clone, Copy)]
enum Found {
    Module(usize),
    /// An item in this file.
    Item(usize),
}

impl Found {
    fn is_module(&self) -> bool {
        matches!(self, Found::Module(_))
    }
}

struct Search<'a> {
    tree: &'a Tree,
    /// The names that are being resolved, because imports may form a circle.
    open: Vec<(usize, String)>,
}

impl Search<'_> {
    fn path(&mut self, from: usize, path: &[String]) -> Vec<Found> {
        let Some((first, mut rest)) = path.split_first() else {
            return Vec::new();
        };
        let mut found = match first.as_str() {
            "crate" => vec![Found::Module(0)],
            "self" => vec![Found::Module(from)],
            "super" => self.parent(from),
            "Self" => Vec::new(),
            name => self.name(from, name),
        };
        while let Some((name, after)) = rest.split_first() {
            rest = after;
            // If a module and a function have the same name, the path continues in the module.
            if found.iter().any(Found::is_module) {
                found.retain(Found::is_module);
            }
            let mut next = Vec::new();
            for found in found {
                match found {
                    Found::Module(module) if name == "super" => next.extend(self.parent(module)),
                    Found::Module(module) => {
                        next.extend(self.name(module, name));
                        // A name that is missing there was defined by a macro there.
                        let here = &self.tree.modules[module];
                        if !here.names.contains_key(name) && here.globs.is_empty() {
                            next.push(Found::Item(here.file));
                        }
                    }
                    // It is a variant, or an associated constant or function of a type.
                    item @ Found::Item(_) => next.push(item),
                }
            }
            found = next;
        }
        found
    }

    fn parent(&self, module: usize) -> Vec<Found> {
        let parent = self.tree.modules[module].parent;
        parent.map(Found::Module).into_iter().collect()
    }

    /// Returns the meanings of a name in a module.
    fn name(&mut self, module: usize, name: &str) -> Vec<Found> {
        let key = (module, name.to_owned());
        if self.open.contains(&key) {
            return Vec::new();
        }
        self.open.push(key);
        let here = &self.tree.modules[module];
        let mut found = Vec::new();
        for meaning in here.names.get(name).into_iter().flatten() {
            match meaning {
                Meaning::Module(module) => found.push(Found::Module(*module)),
                Meaning::Item(file) | Meaning::Macro(file) => found.push(Found::Item(*file)),
                Meaning::Import(path) => found.extend(self.path(module, path)),
            }
        }
        if found.is_empty() && !here.names.contains_key(name) {
            for glob in &here.globs {
                for all in self.path(module, glob) {
                    if let Found::Module(other) = all {
                        found.extend(self.name(other, name));
                    }
                }
            }
        }
        self.open.pop();
        found
    }

    /// Returns the macro that a call without a path names: of this module, of one around it, or
    /// imported.
    fn textual_macro(&mut self, from: usize, name: &str) -> Vec<Found> {
        let mut module = Some(from);
        while let Some(here) = module {
            let around = &self.tree.modules[here];
            for meaning in around.names.get(name).into_iter().flatten() {
                if let Meaning::Macro(file) = meaning {
                    return vec![Found::Item(*file)];
                }
            }
            module = around.parent;
        }
        self.name(from, name)
    }

    /// Whether a module defines something itself.
    fn has_items(&self, module: usize) -> bool {
        let mut meanings = self.tree.modules[module].names.values().flatten();
        meanings.any(|meaning| matches!(meaning, Meaning::Item(_)))
    }
}
