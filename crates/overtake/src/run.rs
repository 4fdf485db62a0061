//! `overtake run`: one guest, its input and output passed through.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;

use arch::Arch;
use clap::builder::FalseyValueParser;
use diagnosis::recording;
use diagnosis::setup::Setup;
use diagnosis::subject::Subject;
use emulator::guest::Guest;
use emulator::model::Model;
use emulator::outcome::{self, Outcome};
use emulator::static_glibc;
use emulator::temporary;
use emulator::tested::Tested;
use emulator::thread_numbers;
use overtake_report::doing::Scene;
use serde::Serialize;

use crate::args::format::SummaryFormat;
use crate::args::guest::GuestArgs;
use crate::args::headings::EMULATION;
use crate::args::model::model;
use crate::error::Error;
use crate::foreground;
use crate::invocation;
use crate::message::say;
use crate::output::Output;
use crate::quantity::quantity;
use crate::scene;

pub const EXAMPLES: &str = "\
Examples:
  Run a program with seed 1, then with seed 7:
      overtake run -- ./program --its-option
      overtake run --seed 7 -- ./program --its-option
  Run it under plain QEMU:
      overtake run --model none -- ./program
  Use it as a cargo runner (environment variables stand for options):
      export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER='overtake run --'
      OVERTAKE_SEED=7 cargo test --target aarch64-unknown-linux-gnu
  Run the race in the ring with the ordering of Linux 2.5.74:
      overtake run --target ppc64le --variant barrier-only --seed 3

The exit status is the program's own (128+n if signal n ended it). If overtake itself fails, it is
one of `overtake exit-codes`, and the last line on standard error begins with `error:`.";

/// Options of `overtake run`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Seed that determines every free choice of the run
    #[arg(long, value_name = "NUMBER", default_value_t = 1, help_heading = EMULATION,
        env = "OVERTAKE_SEED", hide_env_values = true)]
    pub seed: u64,

    /// Memory model: `weak` is the architecture's, `none` is plain QEMU without the plugin
    #[arg(long, value_parser = model(), default_value = Model::Weak.name(), help_heading = EMULATION,
        hide_possible_values = true, value_name = "weak|none",
        env = "OVERTAKE_MODEL", hide_env_values = true)]
    pub model: Model,

    /// Compare the model with guest memory at every context switch: slow, finds defects of overtake.
    /// (On x86_64 it mistakes a signal frame on a shared page for a defect.)
    #[arg(long, help_heading = EMULATION, value_parser = FalseyValueParser::new(),
        env = "OVERTAKE_CHECK", hide_env_values = true)]
    pub check: bool,

    /// Print a hash of the guest's instructions and memory accesses; the same seed gives the same hash
    #[arg(long, help_heading = EMULATION, value_parser = FalseyValueParser::new(),
        env = "OVERTAKE_TRACE_HASH", hide_env_values = true)]
    pub trace_hash: bool,

    /// Pass an option to the plugin unchanged; may be repeated
    #[arg(long, value_name = "KEY=VALUE", help_heading = EMULATION, hide_short_help = true)]
    pub plugin_option: Vec<String>,

    /// Do not print what was tested; errors are still printed
    #[arg(long, short, value_parser = FalseyValueParser::new(),
        env = "OVERTAKE_QUIET", hide_env_values = true)]
    pub quiet: bool,

    /// Form of the line that says what was tested
    #[arg(long, value_enum, default_value_t = SummaryFormat::Text,
        hide_possible_values = true, value_name = "text|json",
        env = "OVERTAKE_FORMAT", hide_env_values = true)]
    pub format: SummaryFormat,

    /// Record the schedule of the run in this file, for `overtake replay`
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,

    #[command(flatten)]
    pub guest: GuestArgs,
}

/// `overtake run`; returns the guest's exit status.
pub fn run(args: &Args) -> Result<u8, Error> {
    let mut setup = args.guest.setup(args.guest.subject()?, args.model)?;
    setup.emulation.seed = args.seed;
    let options = &mut setup.emulation.options;
    options.check = args.check;
    options.trace_hash = args.trace_hash;
    options.others.clone_from(&args.plugin_option);
    let record = match &args.record {
        Some(path) => Some((Output::to(Some(path))?, temporary::folder()?)),
        None => None,
    };
    options.record = record.as_ref().map(|(_, it)| it.path().join("recording"));

    let Setup { guest, .. } = &setup;
    let outcome = foreground::run(&setup)?;
    // Other errors have no recording, or an incomplete one.
    let recorded = outcome
        .as_ref()
        .map_or_else(|it| it.is_of_the_seed(), |_| true);
    if let Some((output, folder)) = record.filter(|_| recorded) {
        let choices = recording::read(&folder.path().join("recording"))?;
        let schedule = recording::schedule(&setup, choices, None)?;
        output.write(&schedule.to_string())?;
    }
    if let Ok(outcome) = &outcome
        && !args.quiet
    {
        match args.format {
            SummaryFormat::Text => {
                let signal = outcome.status.signal();
                say(&text(args, &setup, outcome.tested.as_ref(), signal));
            }
            SummaryFormat::Json => eprintln!("{}", json(args, guest, outcome)),
        }
    }
    if let Err(error) = &outcome
        && let Some((tested, scene)) = unfinished(error)
        && !args.quiet
        && args.format == SummaryFormat::Text
    {
        say(&text(args, &setup, Some(tested), None));
        for line in scene::lines(scene, &setup) {
            say(&line);
        }
    }
    let failed = match &outcome {
        Ok(outcome) => outcome.exit_status() != 0,
        Err(error) => error.is_of_the_seed(),
    };
    // A run with weak memory repeats from its seed; one under plain QEMU does not.
    if failed && args.model == Model::Weak && !args.quiet && args.format == SummaryFormat::Text {
        say(&format!("reproduce with: {}", again(args, &setup)));
        let tested = outcome.as_ref().ok().and_then(|it| it.tested.as_ref());
        let tested = tested.or(outcome.as_ref().err().and_then(unfinished).map(|it| it.0));
        // The ring's path has a fixed length.
        if matches!(setup.subject, Subject::Program(_))
            && tested.is_some_and(|it| it.stats.threads > 1)
            && let Some(length) = static_glibc::length_that_counts(&guest.path)
        {
            say(&format!(
                "for the same run, the path of the program's folder must have {length} bytes: it is linked \
                 statically with glibc"
            ));
        }
    }
    Ok(outcome?.exit_status())
}

/// What is known of a run that did not end by itself.
fn unfinished(error: &emulator::error::Error) -> Option<(&Tested, &Scene)> {
    use emulator::error::Error;

    match error {
        Error::BudgetExhausted { tested, scene, .. } => Some((tested, scene)),
        Error::TimedOut { last, .. } => last.as_deref().map(|(tested, scene)| (tested, scene)),
        _ => None,
    }
}

/// What was tested, as text.
fn text(args: &Args, setup: &Setup, tested: Option<&Tested>, signal: Option<i32>) -> String {
    let guest = &setup.guest;
    let how = format!(
        "{}, {}, seed {}",
        guest.target,
        memory(args.model),
        args.seed
    );
    let Some(
        tested @ Tested {
            stats,
            trace_hash,
            complete,
            ..
        },
    ) = tested
    else {
        return format!("nothing was tested: plain QEMU has no weak memory; {how}");
    };
    let shared = stats.shared_loads + stats.shared_stores;
    let mut line = if shared > 0 {
        format!(
            "tested {}: {} overtaken by a later store, {} by a later load, {}, {}, {}",
            quantity(shared, "shared access"),
            quantity(stats.overtaken_by_store, "store"),
            stats.overtaken_by_load,
            quantity(stats.stale_loads, "stale load"),
            quantity(stats.hand_offs, "context switch"),
            quantity(stats.threads, "thread"),
        )
    } else if *complete {
        format!(
            "nothing was tested: {} shared no memory",
            quantity(stats.threads, "thread")
        )
    } else {
        "it is unknown what was tested".to_owned()
    };
    if setup.emulation.options.load_buffering {
        let early = quantity(stats.early_stores, "store");
        line += &format!(", {early} before an earlier load");
    }
    line += &format!("; {how}");
    if let Some(hash) = trace_hash {
        line += &format!(", trace hash {hash}");
    }
    if stats.unsettled_choices > 0 {
        line += &format!(
            "; {} on the clock (slow system call or busy machine), so this seed may not reproduce the run",
            if stats.unsettled_choices == 1 {
                "1 choice depended".to_owned()
            } else {
                format!("{} choices depended", stats.unsettled_choices)
            }
        );
    }
    let mut numbers: Vec<String> = tested.numbers().into_iter().collect();
    if stats.threads > 1 && thread_numbers::are_used(&guest.path, &setup.qemu) {
        numbers.push("its threads' numbers".to_owned());
    }
    if let Some(inputs) = tested.inputs() {
        line += &format!("; not repeatable: it read {inputs}");
    } else if !numbers.is_empty() {
        let numbers = numbers.join(", ");
        line += &format!("; repeatable unless it depends on what it asked for: {numbers}");
    }
    match stats.children {
        0 => {}
        1 => line += "; 1 child process, not counted here",
        number => line += &format!("; {number} child processes, not counted here"),
    }
    if let Some(number) = signal {
        line += &format!("; ended by {}", outcome::signal(number));
    } else if !complete {
        line += "; the plugin did not see the end: another program took the guest's place (exec), or it ended \
                 within a system call";
    }
    line
}

/// What was tested, as JSON.
fn json(args: &Args, guest: &Guest, outcome: &Outcome) -> String {
    #[derive(Serialize)]
    struct Summary<'a> {
        target: Arch,
        model: &'static str,
        seed: u64,
        exit_status: u8,
        signal: Option<i32>,
        tested: Option<&'a Tested>,
    }

    serde_json::to_string(&Summary {
        target: guest.target,
        model: args.model.name(),
        seed: args.seed,
        exit_status: outcome.exit_status(),
        signal: outcome.status.signal(),
        tested: outcome.tested.as_ref(),
    })
    .expect("plain data")
}

const fn memory(model: Model) -> &'static str {
    match model {
        Model::Weak => "weak memory",
        Model::None => "plain QEMU",
    }
}

/// The command that repeats this run, whatever the environment variables are by then.
fn again(args: &Args, setup: &Setup) -> String {
    let mut words = vec!["run".to_owned()];
    words.extend(args.guest.words(setup, Some(args.seed)));
    for given in &args.plugin_option {
        words.extend(["--plugin-option".to_owned(), given.clone()]);
    }
    for (flag, given) in [("--check", args.check), ("--trace-hash", args.trace_hash)] {
        if given {
            words.push(flag.to_owned());
        }
    }
    words.extend(setup.subject.words());
    let command = format!("{} {}", invocation::name(), shell_words::join(words));
    match other_folder() {
        Some(folder) => format!("(cd {} && {command})", shell_words::quote(&folder)),
        None => command,
    }
}

/// The working directory, if it is not the shell's: cargo runs a test in its package's folder.
fn other_folder() -> Option<String> {
    let here = env::current_dir().ok()?;
    let shell = PathBuf::from(env::var_os("PWD")?).canonicalize().ok()?;
    (shell != here).then(|| here.display().to_string())
}
