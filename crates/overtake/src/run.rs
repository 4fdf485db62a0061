//! `overtake run`: one guest, its input and output passed through.

use serde::Serialize;

use crate::cli::{RunArgs, SummaryFormat};
use crate::counted::counted;
use crate::emulation::{Model, Outcome, Tested, temporary_folder};
use crate::error::Error;
use crate::guest::Guest;
use crate::invocation;
use crate::output::Output;
use crate::process::{Interrupts, run_in_front};
use crate::recording;
use crate::subject::{Bench, Subject};
use crate::target::Target;

/// `overtake run`; returns the guest's exit status.
pub fn run(args: &RunArgs) -> Result<u8, Error> {
    let mut bench = Bench::new(&args.guest, Subject::new(&args.guest)?, args.model)?;
    bench.emulation.seed = args.seed;
    let options = &mut bench.emulation.options;
    options.check = args.check;
    options.trace_hash = args.trace_hash;
    options.others.clone_from(&args.plugin_option);
    let record = match &args.record {
        Some(path) => Some((Output::to(Some(path))?, temporary_folder()?)),
        None => None,
    };
    options.record = record.as_ref().map(|(_, it)| it.path().join("recording"));

    let Bench { guest, .. } = &bench;
    let outcome = in_front(&bench)?;
    if let Some((output, folder)) = record {
        let choices = recording::read(&folder.path().join("recording"))?;
        let schedule = recording::schedule(&bench, choices, None)?;
        output.write(&schedule.to_string())?;
    }
    if let Ok(outcome) = &outcome
        && !args.quiet
    {
        match args.format {
            SummaryFormat::Text => say(&text(args, guest, outcome)),
            SummaryFormat::Json => eprintln!("{}", json(args, guest, outcome)),
        }
    }
    let failed = match &outcome {
        Ok(outcome) => outcome.exit_status() != 0,
        Err(error) => error.is_of_the_seed(),
    };
    // What a weak run did can be had again; what plain QEMU did cannot.
    if failed && args.model == Model::Weak && !args.quiet && args.format == SummaryFormat::Text {
        say(&format!("reproduce with: {}", again(args, &bench)));
    }
    outcome.map(|outcome| outcome.exit_status())
}

/// Runs it with this program's input and output.
pub fn in_front(bench: &Bench) -> Result<Result<Outcome, Error>, Error> {
    let interrupts = Interrupts::catch()?;
    let emulation = &bench.emulation;
    Ok(emulation.run(
        &bench.qemu,
        |command| bench.subject.prepare(&bench.guest, command),
        |command| run_in_front(command, emulation.limit, interrupts),
        String::new,
    ))
}

/// One line on standard error that cannot be taken for the guest's.
pub fn say(line: &str) {
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
fn again(args: &RunArgs, bench: &Bench) -> String {
    let mut words = vec!["run".to_owned()];
    words.extend(bench.options(&args.guest, Some(args.seed)));
    for given in &args.plugin_option {
        words.extend(["--plugin-option".to_owned(), given.clone()]);
    }
    for (flag, given) in [("--check", args.check), ("--trace-hash", args.trace_hash)] {
        if given {
            words.push(flag.to_owned());
        }
    }
    words.extend(bench.subject.words());
    format!("{} {}", invocation::name(), shell_words::join(words))
}
