//! A program with everything needed to run it.

use std::path::PathBuf;

use arch::Arch;
use emulator::emulation::{Emulation, limit};
use emulator::error::Error;
use emulator::guest::Guest;
use emulator::home::Home;
use emulator::interpreter;
use emulator::model::Model;
use emulator::plugin_options::PluginOptions;
use emulator::qemu::Qemu;
use emulator::strategy::Strategy;
use emulator::surroundings::Surroundings;

use crate::subject::Subject;

/// A program with everything needed to run it, found before the first run.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What to run.
    pub subject: Subject,
    /// Its file.
    pub guest: Guest,
    /// The QEMU, with the plugin if the model is weak.
    pub qemu: Qemu,
    /// How to run it; the seed may change.
    pub emulation: Emulation,
}

/// How to run a program; for an option that is none, the program, the target or the subject decides.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The machine.
    pub target: Option<Arch>,
    /// The home.
    pub home: Option<PathBuf>,
    /// The QEMU.
    pub qemu: Option<PathBuf>,
    /// The folder in which the guest's loader and libraries are looked for first.
    pub sysroot: Option<PathBuf>,
    /// Guest instructions after which a run is ended; 0: no limit.
    pub budget: Option<u64>,
    /// Seconds after which a run is ended; 0: no limit.
    pub timeout: Option<u64>,
    /// QEMU's `-cpu`.
    pub cpu: Option<String>,
    /// Who makes the free choices.
    pub strategy: Strategy,
    /// What the guest learns about the machine and the time.
    pub surroundings: Surroundings,
    /// Whether stores may become visible before their threads make them.
    pub load_buffering: bool,
}

impl Setup {
    /// Finds what the options name.
    pub fn new(options: &Options, subject: Subject, model: Model) -> Result<Self, Error> {
        let home = Home::find(options.home.as_deref());
        let guest = subject.guest(options.target, &home)?;
        let mut qemu = Qemu::find(guest.target, options.qemu.as_deref())?;
        // An empty variable is none. QEMU may start in another folder.
        let sysroot = options.sysroot.as_ref();
        let sysroot = sysroot.filter(|path| !path.as_os_str().is_empty());
        qemu.named_sysroot = sysroot.and_then(|path| std::path::absolute(path).ok());
        interpreter::require(&guest, &qemu)?;
        if model == Model::Weak {
            qemu = qemu.with_plugin(&home)?;
        }
        let emulation = Emulation {
            model,
            seed: 1,
            cpu: options.cpu.clone(),
            options: PluginOptions {
                budget: options.budget.unwrap_or(subject.budget()),
                strategy: options.strategy,
                surroundings: options.surroundings,
                load_buffering: options.load_buffering || subject.needs_load_buffering(),
                ..PluginOptions::default()
            },
            limit: limit(options.timeout.unwrap_or(subject.timeout())),
        };
        Ok(Setup {
            subject,
            guest,
            qemu,
            emulation,
        })
    }
}
