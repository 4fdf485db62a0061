//! The single imports of a `use`.

use syn::UseTree;
use syn::ext::IdentExt;

/// One import.
#[derive(Debug)]
pub(super) struct Import {
    /// The name that it introduces; `None` for a glob.
    pub name: Option<String>,
    /// The imported path, without the `*` of a glob.
    pub path: Vec<String>,
    /// The line, from 1.
    pub line: usize,
}

/// Returns the single imports of a `use`.
pub(super) fn imports(tree: &UseTree) -> Vec<Import> {
    let mut imports = Vec::new();
    flatten(tree, &mut Vec::new(), &mut imports);
    imports
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, imports: &mut Vec<Import>) {
    let mut push = |path: &[String], last: &syn::Ident, name: &syn::Ident| {
        let line = last.span().start().line;
        let mut path = path.to_vec();
        let (last, mut name) = (last.unraw().to_string(), name.unraw().to_string());
        // `use a::{self}` imports `a`.
        if last != "self" || path.is_empty() {
            path.push(last);
        } else if name == "self" {
            name = path.last().cloned().unwrap_or_default();
        }
        imports.push(Import {
            name: Some(name),
            path,
            line,
        });
    };
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.unraw().to_string());
            flatten(&tree.tree, path, imports);
            path.pop();
        }
        UseTree::Name(tree) => push(path, &tree.ident, &tree.ident),
        UseTree::Rename(tree) => push(path, &tree.ident, &tree.rename),
        UseTree::Glob(tree) => imports.push(Import {
            name: None,
            path: path.clone(),
            line: tree.star_token.span.start().line,
        }),
        UseTree::Group(tree) => {
            for tree in &tree.items {
                flatten(tree, path, imports);
            }
        }
    }
}
