//! All runs of a matrix.

use arch::Arch;
use emulator::digest::Digest;
use emulator::emulation::{Emulation, limit};
use emulator::home::Home;
use emulator::interrupts::Interrupts;
use emulator::parallel::in_parallel;
use emulator::plugin_options::PluginOptions;
use emulator::pool::Pool;
use emulator::qemu::Qemu;

use crate::cell::{Cell, Emulated};
use crate::error::Error;
use crate::plan::Plan;
use crate::row::{Build, Row};
use crate::scenario::{Answer, GUEST};

/// What all runs use.
#[derive(Debug)]
pub struct Runner<'a> {
    plan: &'a Plan,
    home: Home,
    qemus: Vec<Qemu>,
    /// What the runs of each target are made with.
    builds: Vec<(Arch, Build)>,
    interrupts: &'static Interrupts,
    /// Fork servers that wait for seeds.
    servers: Pool<Cell>,
}

impl<'a> Runner<'a> {
    /// Finds everything before the first run, so that what is missing is reported at once.
    pub fn new(plan: &'a Plan, home: Home) -> Result<Self, Error> {
        let weak = plan.request.emulations.contains(&Emulated::Weak);
        let mut qemus = Vec::new();
        let mut builds = Vec::new();
        for &target in &plan.request.targets {
            let mut qemu = Qemu::find(target, None)?;
            if weak {
                qemu = qemu.with_plugin(&home)?;
            }
            let plugin = qemu.plugin.as_deref().map(Digest::of_file).transpose()?;
            let guest = Digest::of_file(&home.guest(target, &GUEST)?)?;
            builds.push((target, Build { guest, plugin }));
            qemus.push(qemu);
        }
        Ok(Runner {
            plan,
            home,
            qemus,
            builds,
            interrupts: Interrupts::catch()?,
            servers: Pool::default(),
        })
    }

    /// The home that was found.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The signals that end the runs.
    pub fn interrupts(&self) -> &'static Interrupts {
        self.interrupts
    }

    /// Runs everything, `jobs` runs at a time; `ran` is called after each.
    pub fn rows(&self, jobs: usize, ran: impl Fn() + Sync) -> Result<Vec<Row>, Error> {
        let request = &self.plan.request;
        let mut rows: Vec<Row> = request
            .cells()
            .into_iter()
            .map(|cell| Row::new(request, cell, self.build(cell)))
            .collect();
        for emulated in Emulated::ALL {
            let runs: Vec<(usize, u64)> = (0..rows.len())
                .filter(|&row| rows[row].emulated == emulated)
                .flat_map(|row| (0..request.seeds).map(move |index| (row, request.seed(index))))
                .collect();
            let jobs = match emulated {
                // Both of the guest's threads run at once, and each waits in a loop for the other:
                // with fewer cores than threads a run takes many times as long.
                Emulated::Plain => (jobs / 2).max(1),
                Emulated::Weak => jobs,
            };
            let answers = in_parallel(&runs, jobs, |&(row, seed)| {
                let cell = rows[row].cell();
                let answer = self.run(cell, seed);
                ran();
                answer.map_err(|error| error.in_run(|| cell.run(seed)))
            })?;
            for (&(row, seed), answer) in runs.iter().zip(answers) {
                rows[row].add(seed, &answer);
            }
        }
        Ok(rows)
    }

    /// What the runs of a cell are made with.
    fn build(&self, cell: Cell) -> Build {
        let (_, build) = self
            .builds
            .iter()
            .find(|(target, _)| *target == cell.target)
            .expect("one for each target of the plan");
        Build {
            plugin: build.plugin.filter(|_| cell.emulated == Emulated::Weak),
            ..*build
        }
    }

    /// One run.
    fn run(&self, cell: Cell, seed: u64) -> Result<Answer, Error> {
        self.interrupts.check()?;
        let scenario = self.plan.scenario(cell.variant)?;
        let emulation = Emulation {
            model: cell.emulated.model(),
            seed,
            cpu: None,
            options: PluginOptions {
                budget: self.plan.budget.unwrap_or(scenario.budget()),
                strategy: self.plan.request.strategy,
                load_buffering: scenario.needs_load_buffering(),
                ..PluginOptions::default()
            },
            limit: limit(self.plan.timeout),
        };
        let qemu = self
            .qemus
            .iter()
            .find(|qemu| qemu.target == cell.target)
            .expect("one for each target of the plan");
        let start = || match self.plan.request.seeds {
            // Then it does not pay.
            ..=1 => Ok(None),
            _ => scenario.start_forkserver(&emulation, qemu, &self.home, self.interrupts),
        };
        let (answer, tested) = self.servers.with(&cell, start, |server| match server {
            Some(server) => scenario.run_forked(server, seed, self.interrupts),
            None => scenario.run(&emulation, qemu, &self.home, self.interrupts),
        })?;
        if let Some(tested) = tested
            && tested.stats.shared_loads + tested.stats.shared_stores == 0
        {
            return Err(Error::GuestFailed {
                message: "its threads shared no memory, so nothing was tested".to_owned(),
            });
        }
        Ok(answer)
    }
}
