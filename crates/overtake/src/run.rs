//! `overtake run`: one guest, its input and output passed through.

use std::io;
use std::path::Path;
use std::process::Command;

use aio_ring_buggy::Variant;
use serde::Serialize;

use crate::cli::{RunArgs, SummaryFormat, variant};
use crate::counted::counted;
use crate::emulation::{Emulation, Model, Outcome, Tested};
use crate::error::Error;
use crate::guest::Guest;
use crate::home::Home;
use crate::invocation;
use crate::process::{Interrupts, run_in_front};
use crate::qemu::{PluginOptions, Qemu};
use crate::scenario::{Scenario, limit};
use crate::target::Target;

/// What to run.
enum Subject<'a> {
    Program(&'a [std::ffi::OsString]),
    Ring(Scenario),
}

impl Subject<'_> {
    /// Seconds after which a run is ended, unless told otherwise.
    const TIMEOUT: u64 = 3600;

    /// Guest instructions after which a program is ended, unless told otherwise: some ten minutes
    /// of emulation, far more than a test takes and not for ever.
    const BUDGET: u64 = 20_000_000_000;

    fn new(args: &RunArgs) -> Result<Subject<'_>, Error> {
        if !args.program.is_empty() {
            return Ok(Subject::Program(&args.program));
        }
        Scenario::new(
            args.variant
                .as_deref()
                .map_or(Ok(Variant::RelaxedTail), variant)?,
            args.events.unwrap_or(Scenario::EVENTS),
            args.slots.unwrap_or(Scenario::SLOTS),
        )
        .map(Subject::Ring)
    }

    fn budget(&self) -> u64 {
        match self {
            Subject::Program(_) => Self::BUDGET,
            Subject::Ring(scenario) => scenario.budget(),
        }
    }

    fn timeout(&self) -> u64 {
        match self {
            Subject::Program(_) => Self::TIMEOUT,
            Subject::Ring(_) => Scenario::TIMEOUT,
        }
    }

    /// The program's file, checked to be one for the target asked for.
    fn guest(&self, asked: Option<Target>, home: &Home) -> Result<Guest, Error> {
        let guest = match self {
            Subject::Program(program) => Guest::open(Path::new(&program[0]))?,
            Subject::Ring(_) => Guest::open(&home.scenario(asked.unwrap_or(Target::Aarch64))?)?,
        };
        guest.require(asked)?;
        Ok(guest)
    }

    fn prepare(&self, guest: &Guest, command: &mut Command) -> io::Result<()> {
        match self {
            Subject::Program(program) => {
                command.args(*program);
                Ok(())
            }
            Subject::Ring(scenario) => scenario.prepare(&guest.path, command),
        }
    }
}

/// `overtake run`; returns the guest's exit status.
pub fn run(args: &RunArgs) -> Result<u8, Error> {
    let asked = args.target.as_deref().map(Target::parse).transpose()?;
    let subject = Subject::new(args)?;
    let home = Home::find(args.place.home.as_deref());
    let guest = subject.guest(asked, &home)?;
    let mut qemu = Qemu::find(guest.target, args.qemu.as_deref())?;
    if args.model == Model::Weak {
        qemu = qemu.with_plugin(&home)?;
    }
    let emulation = Emulation {
        model: args.model,
        seed: args.seed,
        cpu: args.cpu.clone(),
        options: PluginOptions {
            budget: args.budget.unwrap_or(subject.budget()),
            check: args.check,
            trace_hash: args.trace_hash,
            strategy: args.strategy.strategy,
            others: args.plugin_option.clone(),
        },
        limit: limit(args.timeout.unwrap_or(subject.timeout())),
    };

    let interrupts = Interrupts::catch()?;
    let outcome = emulation.run(
        &qemu,
        |command| subject.prepare(&guest, command),
        |command| run_in_front(command, emulation.limit, interrupts),
        String::new,
    );
    if let Ok(outcome) = &outcome
        && !args.quiet
    {
        match args.format {
            SummaryFormat::Text => say(&text(args, &guest, outcome)),
            SummaryFormat::Json => eprintln!("{}", json(args, &guest, outcome)),
        }
    }
    let failed = match &outcome {
        Ok(outcome) => outcome.exit_status() != 0,
        Err(error) => error.is_of_the_seed(),
    };
    // What a weak run did can be had again; what plain QEMU did cannot.
    if failed && args.model == Model::Weak && !args.quiet && args.format == SummaryFormat::Text {
        say(&format!(
            "reproduce with: {}",
            again(args, &guest, &subject)
        ));
    }
    outcome.map(|outcome| outcome.exit_status())
}

/// One line on standard error that cannot be taken for the guest's.
fn say(line: &str) {
    let dim = anstyle::Style::new().dimmed();
    anstream::eprintln!("{dim}overtake: {line}{dim:#}");
}

/// What was tested, for people.
fn text(args: &RunArgs, guest: &Guest, outcome: &Outcome) -> String {
    let how = format!(
        "{}, {}, seed {}",
        guest.target,
        model(args.model),
        args.seed
    );
    let Some(Tested {
        stats,
        trace_hash,
        complete,
    }) = &outcome.tested
    else {
        return format!("nothing was tested: plain QEMU hides what weak memory does; {how}");
    };
    let shared = stats.shared_loads + stats.shared_stores;
    let mut line = if shared > 0 {
        format!(
            "tested {}, stores overtaken: {} by a store, {} by a load, {}, {}, {}",
            counted(shared, "shared access"),
            stats.overtaken_by_store,
            stats.overtaken_by_load,
            counted(stats.stale_loads, "stale load"),
            counted(stats.hand_offs, "hand-off"),
            counted(stats.threads, "thread"),
        )
    } else if *complete {
        format!(
            "nothing was tested: {} shared no memory",
            counted(stats.threads, "thread")
        )
    } else {
        "what was tested is not known".to_owned()
    };
    line += &format!("; {how}");
    if let Some(hash) = trace_hash {
        line += &format!(", trace hash {hash}");
    }
    if stats.unsettled_choices > 0 {
        line += &format!(
            "; {} on the clock (a slow system call, or a busy machine): the seed may not give this run again",
            if stats.unsettled_choices == 1 {
                "1 choice depended".to_owned()
            } else {
                format!("{} choices depended", stats.unsettled_choices)
            }
        );
    }
    if !complete {
        line += "; the end was not seen: the guest was killed, replaced by another program (exec), \
                 or never started";
    }
    line
}

/// What was tested, for programs.
fn json(args: &RunArgs, guest: &Guest, outcome: &Outcome) -> String {
    #[derive(Serialize)]
    struct Summary<'a> {
        target: Target,
        model: &'static str,
        seed: u64,
        exit_status: u8,
        tested: Option<&'a Tested>,
    }

    serde_json::to_string(&Summary {
        target: guest.target,
        model: args.model.name(),
        seed: args.seed,
        exit_status: outcome.exit_status(),
        tested: outcome.tested.as_ref(),
    })
    .expect("plain data")
}

const fn model(model: Model) -> &'static str {
    match model {
        Model::Weak => "weak memory",
        Model::None => "plain QEMU",
    }
}

/// The command that does the same again, whatever the variables are then.
fn again(args: &RunArgs, guest: &Guest, subject: &Subject<'_>) -> String {
    let mut words = vec!["run".to_owned()];
    let mut option = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.push(format!("--{name}"));
            words.push(value);
        }
    };
    if let Subject::Ring(_) = subject {
        option("target", Some(guest.target.to_string()));
    }
    option("seed", Some(args.seed.to_string()));
    option(
        "qemu",
        args.qemu.as_ref().map(|path| path.display().to_string()),
    );
    option("budget", args.budget.map(|budget| budget.to_string()));
    option("timeout", args.timeout.map(|timeout| timeout.to_string()));
    option("cpu", args.cpu.clone());
    option(
        "strategy",
        args.strategy.strategy.again().map(str::to_owned),
    );
    for given in &args.plugin_option {
        option("plugin-option", Some(given.clone()));
    }
    if let Some((name, home)) = args.place.again() {
        words.extend([name.to_owned(), home]);
    }
    for (flag, given) in [("--check", args.check), ("--trace-hash", args.trace_hash)] {
        if given {
            words.push(flag.to_owned());
        }
    }
    match subject {
        Subject::Ring(scenario) => words.extend(scenario.arguments()),
        Subject::Program(program) => {
            words.push("--".to_owned());
            words.extend(
                program
                    .iter()
                    .map(|word| word.to_string_lossy().into_owned()),
            );
        }
    }
    format!("{} {}", invocation::name(), shell_words::join(words))
}
