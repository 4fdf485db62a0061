//! What a test needs that not every machine has.

use std::env;
use std::path::PathBuf;

use arch::Arch;
use emulator::qemu::Qemu;
use emulator::target::Target as _;

use super::targets;

/// Something that a test needs, and that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// QEMU 7: the snapshots count events of its runs. Another version puts a guest's stack and heap
    /// elsewhere, so that a seed gives another run.
    Qemu7,
    /// Guests of this target that repeat. Nobody tried those of x86_64 with QEMU 8.
    Repeats(Arch),
    /// This target is under test.
    Target(Arch),
    /// Plain QEMU ends the process whose thread ends where no library can be opened, from version 8 on: it
    /// then loads libgcc_s to end the host thread.
    ThreadsEndWithoutFiles,
    /// This QEMU has this CPU.
    Cpu(Arch, &'static str),
    /// The C compiler for this target, with a C library.
    CrossCompiler(Arch),
    /// A target that reorders stores is under test.
    WeakTarget,
    /// A browser.
    Browser,
    /// The test and `overtake` are the host's own programs, and not run by `cross`.
    Host,
    /// The test and `overtake` are not emulated.
    Unemulated,
    /// Time: under emulation the test takes up to a quarter of the time of all tests.
    Time,
    /// A host whose plain QEMU keeps a guest's stores in order, as x86 does. `OVERTAKE_TEST_PLAIN=0` says
    /// that it does not: what plain QEMU shows there is chance. (Under `cross` the test cannot find out,
    /// because it is emulated itself.)
    StrongHost,
}

impl Need {
    /// Why the need is not met; none if it is.
    pub fn missing(self) -> Option<String> {
        match self {
            Need::Qemu7 => {
                let version = qemu_version();
                let is = version.starts_with("7.");
                (!is).then(|| format!("QEMU is {version}, and the snapshots are of QEMU 7"))
            }
            Need::Repeats(Arch::X86_64) => {
                let version = qemu_version();
                let is = !version.starts_with("8.");
                (!is)
                    .then(|| format!("QEMU is {version}, under which x86_64 guests may not repeat"))
            }
            Need::Repeats(target) | Need::Target(target) => {
                let is = targets().contains(&target);
                (!is).then(|| format!("OVERTAKE_TEST_TARGETS leaves out {target}"))
            }
            Need::ThreadsEndWithoutFiles => {
                let version = qemu_version();
                let is = version.starts_with("7.");
                (!is).then(|| format!("plain QEMU {version} needs libgcc_s to end a thread"))
            }
            Need::Cpu(target, cpu) => {
                let cpus = Qemu::find(target, None).and_then(|qemu| qemu.cpus());
                let is = cpus.is_ok_and(|it| it.split_whitespace().any(|word| word == cpu));
                (!is).then(|| format!("QEMU {} for {target} has no CPU {cpu}", qemu_version()))
            }
            Need::CrossCompiler(target) => {
                let name = target.cross_compiler();
                let is = which::which_global(&name).is_ok();
                (!is).then(|| format!("there is no {name} (apt-get install {})", target.packages()))
            }
            Need::WeakTarget => {
                let is = targets().into_iter().any(Arch::reorders_stores);
                (!is).then(|| "no target under test reorders stores".to_owned())
            }
            Need::Browser => browser().is_none().then(|| {
                "there is no browser (apt-get install chromium, or OVERTAKE_TEST_BROWSER=PATH)"
                    .to_owned()
            }),
            Need::Host => {
                let is = cfg!(target_arch = "x86_64") && !is_one("OVERTAKE_TEST_BUILD");
                (!is).then(|| "the host's tests run it, and cross cannot".to_owned())
            }
            // Plain QEMU does not tell its guest that a program could not be started.
            Need::Unemulated => {
                let is = cfg!(target_arch = "x86_64");
                (!is).then(|| "it cannot be run under emulation".to_owned())
            }
            Need::Time => {
                let is = cfg!(target_arch = "x86_64");
                (!is).then(|| "it takes too long under emulation".to_owned())
            }
            Need::StrongHost => {
                let is = env::var_os("OVERTAKE_TEST_PLAIN").is_none_or(|value| value != "0");
                (!is).then(|| "plain QEMU shows the host's weak memory here".to_owned())
            }
        }
    }
}

fn is_one(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| value == "1")
}

/// The version of the QEMU that the tests run.
fn qemu_version() -> String {
    use std::sync::OnceLock;
    static VERSION: OnceLock<String> = OnceLock::new();
    let find = || {
        let probe = Qemu::find(Arch::AArch64, None).and_then(|qemu| qemu.probe());
        probe.map_or_else(|_| "missing".to_owned(), |probe| probe.version)
    };
    VERSION.get_or_init(find).clone()
}

/// The browser to test with, if there is one.
pub fn browser() -> Option<PathBuf> {
    if let Some(named) = env::var_os("OVERTAKE_TEST_BROWSER").filter(|named| !named.is_empty()) {
        return (named != "none").then(|| PathBuf::from(named));
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}
