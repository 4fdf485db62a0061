//! Parses a crate root and all files below it into a [`Tree`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use syn::ext::IdentExt;
use syn::visit::{self, Visit};
use syn::{Item, ItemMod, Meta, Visibility};

use super::attributes::{is_exported, is_test_only, path_attribute};
use super::imports::imports;
use super::tokens;
use super::tree::{How, Meaning, Module, Named, Tree};
use crate::error::Error;
use crate::tidy::files::read;
use crate::tidy::finding::Finding;

/// Parses the crate root `file`. A file that is not valid Rust is a finding, and counts as empty.
pub(super) fn tree(root: &Path, file: &Path, findings: &mut Vec<Finding>) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let mut waiting = vec![Waiting {
        file: file.to_owned(),
        folder,
        parent: None,
        name: String::new(),
    }];
    while let Some(next) = waiting.pop() {
        let text = read(root, &next.file)?;
        let syntax = match syn::parse_file(&text) {
            Ok(syntax) => syntax,
            Err(error) => {
                let line = error.span().start().line;
                let message = format!("cannot be parsed: {error}");
                findings.push(Finding::new(&next.file, line, message));
                continue;
            }
        };
        tree.files.push(next.file.clone());
        let mut reader = Reader {
            root,
            file: tree.files.len() - 1,
            tree: &mut tree,
            module: 0,
            folder: next.folder,
            inline: 0,
            blocks: 0,
            variables: BTreeSet::new(),
            waiting: &mut waiting,
        };
        reader.module = reader.add(next.parent, &next.name);
        let first = reader.module;
        reader.visit_file(&syntax);
        let variables = reader.variables;
        for module in &mut tree.modules[first..] {
            // A variable hides a function of the same name. The scopes are not resolved: such a
            // name counts as the variable in the whole file.
            module
                .named
                .retain(|named| named.path.len() > 1 || !variables.contains(&named.path[0]));
        }
    }
    Ok(tree)
}

/// A file that has yet to be read.
struct Waiting {
    file: PathBuf,
    /// The folder of its child modules.
    folder: PathBuf,
    /// The index of the module that declares it.
    parent: Option<usize>,
    name: String,
}

/// The state while one file is read.
struct Reader<'a> {
    /// The workspace's root.
    root: &'a Path,
    tree: &'a mut Tree,
    file: usize,
    /// The index of the module that is being read.
    module: usize,
    /// The folder of that module's children.
    folder: PathBuf,
    /// The number of inline modules around the current position.
    inline: usize,
    /// The number of blocks around the current position. An item in a block has no path.
    blocks: usize,
    /// The names that patterns bind.
    variables: BTreeSet<String>,
    waiting: &'a mut Vec<Waiting>,
}

impl Reader<'_> {
    /// Adds a module of this file.
    fn add(&mut self, parent: Option<usize>, name: &str) -> usize {
        let module = self.tree.modules.len();
        self.tree.modules.push(Module {
            file: self.file,
            parent,
            names: Default::default(),
            globs: Vec::new(),
            named: Vec::new(),
        });
        if let Some(parent) = parent {
            self.declare(parent, name, Meaning::Module(module));
        }
        module
    }

    fn declare(&mut self, module: usize, name: &str, meaning: Meaning) {
        let names = &mut self.tree.modules[module].names;
        names.entry(name.to_owned()).or_default().push(meaning);
    }

    fn name(&mut self, path: Vec<String>, line: usize, how: How) {
        let named = Named { path, line, how };
        self.tree.modules[self.module].named.push(named);
    }

    /// Adds the paths that the tokens seem to name. Tokens of a macro or an attribute need not be
    /// Rust.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let named = &mut self.tree.modules[self.module].named;
        tokens::paths(tokens, &mut |path| named.push(path));
    }

    /// Declares what an item defines.
    fn declare_item(&mut self, item: &Item) {
        let ident = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::TraitAlias(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Union(item) => &item.ident,
            Item::Macro(item) => {
                if let Some(ident) = &item.ident {
                    let (name, meaning) = (ident.unraw().to_string(), Meaning::Macro(self.file));
                    if is_exported(&item.attrs) {
                        self.declare(0, &name, meaning.clone());
                    }
                    self.declare(self.module, &name, meaning);
                }
                return;
            }
            _ => return,
        };
        if self.blocks == 0 {
            let meaning = Meaning::Item(self.file);
            self.declare(self.module, &ident.unraw().to_string(), meaning);
        }
    }

    /// Returns the file of a module and the folder of its children.
    fn find(&self, item: &ItemMod, name: &str) -> Option<(PathBuf, PathBuf)> {
        if let Some(given) = path_attribute(&item.attrs) {
            // In an inline module the path is relative to that module's folder.
            let here = match self.inline {
                0 => self.tree.files[self.file].parent()?,
                _ => &self.folder,
            };
            let file = clean(&here.join(given));
            let folder = file.parent()?.to_owned();
            return self.root.join(&file).is_file().then_some((file, folder));
        }
        let folder = self.folder.join(name);
        let files = [folder.with_extension("rs"), folder.join("mod.rs")];
        let file = files.into_iter().find(|f| self.root.join(f).is_file())?;
        Some((file, folder))
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_only(item) {
            self.declare_item(item);
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.unraw().to_string();
        if item.content.is_some() {
            let (module, folder) = (self.module, self.folder.clone());
            self.module = self.add(Some(module), &name);
            self.folder = match path_attribute(&item.attrs) {
                Some(given) => folder.join(given),
                None => folder.join(&name),
            };
            self.inline += 1;
            visit::visit_item_mod(self, item);
            self.inline -= 1;
            (self.module, self.folder) = (module, folder);
        } else if let Some((file, folder)) = self.find(item, &name) {
            self.waiting.push(Waiting {
                file,
                folder,
                parent: Some(self.module),
                name,
            });
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_some() {
            return;
        }
        for import in imports(&item.tree) {
            // A re-export only makes a name available to others; the module itself need not know
            // the item.
            if matches!(item.vis, Visibility::Inherited) {
                let how = if import.name.is_some() {
                    How::Path
                } else {
                    How::Glob
                };
                self.name(import.path.clone(), import.line, how);
            }
            match import.name {
                Some(name) => self.declare(self.module, &name, Meaning::Import(import.path)),
                None => self.tree.modules[self.module].globs.push(import.path),
            }
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.blocks += 1;
        visit::visit_block(self, block);
        self.blocks -= 1;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !item.attrs.iter().any(super::attributes::is_cfg_test) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        let name = pattern.ident.unraw().to_string();
        if name.starts_with(char::is_uppercase) {
            // It may be a constant or a variant without a path.
            self.name(vec![name], pattern.ident.span().start().line, How::Path);
        } else {
            self.variables.insert(name);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter();
            let names = segments.map(|segment| segment.ident.unraw().to_string());
            let line = path.segments[0].ident.span().start().line;
            self.name(names.collect(), line, How::Path);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        match call.path.get_ident() {
            Some(ident) => {
                let line = ident.span().start().line;
                self.name(vec![ident.unraw().to_string()], line, How::Macro);
            }
            None => self.visit_path(&call.path),
        }
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        match &attribute.meta {
            Meta::List(list) => self.tokens(list.tokens.clone()),
            Meta::NameValue(pair) => self.visit_expr(&pair.value),
            Meta::Path(_) => {}
        }
    }

    /// `pub(in crate::a)` names no item.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// Removes `..` and `.` from the path where possible.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir if clean.file_name().is_some() => {
                clean.pop();
            }
            std::path::Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}
