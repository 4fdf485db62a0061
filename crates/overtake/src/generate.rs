//! `overtake generate`: generates litmus tests from cycles of relations, or from test names.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use arch::Arch;
use diy::{
    Communication, Cycle, Dependency, Direction, FAMILIES, Fence, Kind, Relation, Test, by_hand,
    from_name,
};

use crate::args::arch::arch;
use crate::error::Error;

pub const EXAMPLES: &str = "\
Examples:
  Generate a test from a cycle, and one from a name:
      overtake generate --arch AArch64 PodWW Rfe DpAddrdR Fre
      overtake generate --arch AArch64 --name MP+dmb.sy+addr
  Write two tests as files, and run them:
      overtake generate --arch X86_64 --name SB --name SB+mfences --output tests
      overtake litmus tests/*.litmus
  List what Power has:
      overtake generate --arch PPC --list

A cycle is closed: its last relation leads back to the first access. Where two relations meet they
must agree whether that access is a read (R) or a write (W). Three relations lead to another
processor: Rfe (its read takes its value from the write), Fre (its write overwrites the value that
was read), and Coe (its write overwrites the write).

Exit status: 0, or 89 if the relations or the name do not make a test, others:
`overtake exit-codes`.";

/// Options of `overtake generate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Architecture: AArch64, PPC, RISCV or X86_64
    #[arg(long, value_name = "ARCH", value_parser = arch(), ignore_case = true,
        hide_possible_values = true, required_unless_present = "list")]
    pub arch: Option<Arch>,

    /// Test name; may be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "relations")]
    pub name: Vec<String>,

    /// Write NAME.litmus files to this folder instead of to standard output
    #[arg(long, value_name = "FOLDER")]
    pub output: Option<PathBuf>,

    /// List the relations and the families of test names, for --arch or for all architectures
    #[arg(long, conflicts_with_all = ["name", "relations", "output"])]
    pub list: bool,

    /// Relations that form a cycle
    #[arg(value_name = "RELATION", required_unless_present_any = ["name", "list"])]
    pub relations: Vec<String>,
}

/// `overtake generate`.
pub fn run(args: &Args) -> Result<u8, Error> {
    let Some(arch) = args.arch else {
        print(&Arch::ALL.map(list).join("\n"))?;
        return Ok(0);
    };
    if args.list {
        print(&list(arch))?;
        return Ok(0);
    }
    let tests = tests(args, arch).map_err(|source| Error::NoTest { arch, source })?;
    let Some(folder) = &args.output else {
        let texts: Vec<_> = tests.iter().map(Test::to_string).collect();
        print(&texts.join("\n"))?;
        return Ok(0);
    };
    let cannot = |what: String| move |source| Error::FileSystem { what, source };
    fs::create_dir_all(folder).map_err(cannot(format!(
        "cannot create `{}` (--output)",
        folder.display()
    )))?;
    for test in &tests {
        let file = folder.join(format!("{}.litmus", test.name));
        fs::write(&file, test.to_string()).map_err(cannot(format!(
            "cannot write `{}` (--output)",
            file.display()
        )))?;
    }
    Ok(0)
}

fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Error::output)
}

fn tests(args: &Args, arch: Arch) -> Result<Vec<Test>, diy::Error> {
    if !args.relations.is_empty() {
        return Ok(vec![Cycle::parse(arch, &args.relations.join(" "))?.test()?]);
    }
    let written = by_hand(arch)?;
    let named = args.name.iter().map(|name| {
        let found = written.iter().find(|test| test.name == *name);
        found.map_or_else(|| from_name(name, arch), |test| Ok(test.clone()))
    });
    named.collect()
}

/// The relations and the families of names of an architecture.
fn list(arch: Arch) -> String {
    let mut text = format!("{}\n", arch.herd_name());
    let mut line = |title: &str, names: Vec<String>| {
        if !names.is_empty() {
            wrapped(&mut text, title, &names);
        }
    };
    line("to another processor", communications(arch, Kind::External));
    line("on one processor", communications(arch, Kind::Internal));
    line("program order", in_order(arch, Kind::ProgramOrder));
    let dependencies = [
        Dependency::Address,
        Dependency::Data,
        Dependency::Control,
        Dependency::ControlSync,
    ];
    let dependencies = dependencies.map(|one| in_order(arch, Kind::Dependency(one)));
    line("dependencies", dependencies.concat());
    let fences = Fence::all(arch)
        .iter()
        .map(|one| in_order(arch, Kind::Fence(*one)));
    line("fences", fences.flatten().collect());
    line(
        "families of names",
        FAMILIES.map(|one| one.name.to_owned()).to_vec(),
    );
    let by_hand = by_hand(arch).unwrap_or_default().into_iter();
    line(
        "names of tests that are not cycles",
        by_hand.map(|test| test.name).collect(),
    );
    text
}

fn wrapped(text: &mut String, title: &str, names: &[String]) {
    const WIDTH: usize = 100;
    writeln!(text, "  {title}:").expect("a string takes everything");
    let mut used = 0;
    for name in names {
        if used > 0 && used + 1 + name.len() > WIDTH {
            text.push('\n');
            used = 0;
        }
        let space = if used == 0 { "    " } else { " " };
        used += space.len() + name.len();
        text.push_str(space);
        text.push_str(name);
    }
    text.push('\n');
}

fn communications(arch: Arch, kind: fn(Communication) -> Kind) -> Vec<String> {
    use Direction::{Read, Write};
    [
        (Communication::ReadsFrom, Write, Read),
        (Communication::FromRead, Read, Write),
        (Communication::Coherence, Write, Write),
    ]
    .into_iter()
    .filter_map(|(one, source, target)| text(arch, kind(one), true, source, target))
    .collect()
}

/// The relations of a kind: to different locations and to one, for all directions.
fn in_order(arch: Arch, kind: Kind) -> Vec<String> {
    let both = [Direction::Read, Direction::Write];
    let mut names = Vec::new();
    for same in [false, true] {
        for source in both {
            for target in both {
                names.extend(text(arch, kind, same, source, target));
            }
        }
    }
    names
}

/// The text of a relation, if the architecture has it.
fn text(
    arch: Arch,
    kind: Kind,
    same_location: bool,
    source: Direction,
    target: Direction,
) -> Option<String> {
    let relation = Relation {
        kind,
        same_location,
        source,
        target,
        annotations: None,
    };
    let text = relation.text(arch);
    let read = Relation::parse(arch, &text).ok()?;
    (read == relation).then_some(text)
}
