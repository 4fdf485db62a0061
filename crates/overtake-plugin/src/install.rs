//! The entry point: reads the options, checks QEMU, and registers the callbacks.
//!
//! QEMU 7.2 accepts only plugins of interface versions 0 and 1; QEMU 9.0 and newer accept version 2
//! and above. All that the plugin uses is the same in both, except for the bytes of an instruction
//! (`instruction_bytes`). So there is one plugin, which is exported once for each version.

use crate::callbacks;
use crate::identity::{self, Identity};
use crate::inputs;
use crate::instruction_bytes::InstructionBytes;
use crate::instrument::{self, Callbacks};
use crate::io_thread::{self, Keep};
use crate::last_words;
use crate::options::Options;
use crate::parent;
use crate::placement;
use crate::plugin::Plugin;
use crate::report;
use crate::spurious;
use crate::standard;
use isa::Arch;
use overtake_report::{End, Stats, exit_code};
use qemu_plugin_sys as qemu;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int};

/// The newest version of QEMU's plugin interface that the plugin was tested with (QEMU 10.2 has 6).
/// A newer version may pass other arguments to a callback.
pub const NEWEST_INTERFACE: c_int = 6;

/// The plugin interface of QEMU 9.0, which leaves it to the kernel where an x86_64 guest's mappings lie.
const CHOICE_IS_THE_KERNELS: c_int = 2;

/// Exports the symbols that QEMU looks up in a plugin, for the given interface version.
///
/// QEMU reads the version before it calls `qemu_plugin_install`, and rejects a version that it does
/// not support.
#[macro_export]
macro_rules! export {
    ($version:literal) => {
        /// The version of QEMU's plugin interface that this plugin needs.
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals)]
        pub static qemu_plugin_version: ::std::ffi::c_int = $version;

        /// QEMU calls this when it loads the plugin.
        ///
        /// # Safety
        ///
        /// Only QEMU calls this, once.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn qemu_plugin_install(
            id: $crate::PluginId,
            info: *const $crate::Info,
            argc: ::std::ffi::c_int,
            argv: *mut *mut ::std::ffi::c_char,
        ) -> ::std::ffi::c_int {
            // SAFETY: QEMU called this function with these arguments.
            unsafe { $crate::install(id, info, argc, argv) }
        }
    };
}

/// QEMU's identifier of a plugin.
pub type PluginId = qemu::qemu_plugin_id_t;
/// QEMU's description of itself.
pub type Info = qemu::qemu_info_t;

/// Installs the plugin when QEMU loads it. A result other than 0 makes QEMU exit with an error.
///
/// # Safety
///
/// The arguments are those that QEMU passed to `qemu_plugin_install`. The caller calls this once.
pub unsafe fn install(
    id: PluginId,
    info: *const Info,
    argc: c_int,
    argv: *mut *mut c_char,
) -> c_int {
    let parent = parent::current();
    let arguments: Vec<String> = (0..usize::try_from(argc).unwrap_or(0))
        .map(|i| {
            // SAFETY: QEMU passes `argc` strings that end in NUL.
            unsafe { CStr::from_ptr(*argv.add(i)) }
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    // SAFETY: `info` is valid during this call, and `target_name` is a string that ends in NUL.
    let host = unsafe {
        let info = &*info;
        Host {
            target: CStr::from_ptr(info.target_name)
                .to_string_lossy()
                .into_owned(),
            system: info.system_emulation,
            interface: info.version.cur,
        }
    };
    let checked = check(&arguments, &host);
    let options = match &checked {
        Ok((options, _)) => options,
        Err(refused) => &refused.0,
    };
    identity::set(Identity {
        seed: options.seed,
        report: options.report.clone(),
    });
    standard::note();
    let keep = match options.report {
        Some(_) => Keep::Nothing,
        None => Keep::StandardError,
    };
    last_words::listen();
    let waits = options.report.is_some();
    let started = io_thread::start(keep, || {
        if waits {
            // The parent waits for the report. If it dies, nobody else would end the guest. The
            // kernel forgets this of a thread that changes its credentials, or when the guest asks
            // for something else.
            parent::end_with(parent);
        }
    });
    if let Err(error) = &started {
        eprintln!("overtake plugin: cannot start a thread: {error}");
        report::exit_now(exit_code::INTERNAL);
    }
    report::create();
    let (options, arch) = match checked {
        Ok(good) => good,
        Err(refused) => refuse(refused.1),
    };
    report::write(End::Loaded, Stats::default(), None, BTreeMap::new());
    std::panic::set_hook(Box::new(|panic| report::internal(&panic.to_string())));
    let bytes = InstructionBytes::of(host.interface);
    if let Err(message) = Plugin::install(arch, options, bytes) {
        refuse(End::BadOption { message });
    }
    if arch == Arch::X86_64 && host.interface >= CHOICE_IS_THE_KERNELS {
        placement::begin();
    }
    spurious::install(arch);
    inputs::note_inherited();
    let callbacks = Callbacks {
        vcpu_created: Some(callbacks::vcpu_created),
        translated: Some(callbacks::translated),
        flushed: Some(callbacks::flushed),
        system_call: Some(callbacks::system_call),
        system_call_over: Some(callbacks::system_call_over),
    };
    // SAFETY: `id` comes from QEMU, and each callback handles the event that it is registered for.
    unsafe { instrument::install(id, callbacks) };
    0
}

/// Ends the process with a report, which says more than QEMU's "plugin returned error code".
fn refuse(end: End) -> ! {
    report::write(end.clone(), Stats::default(), None, BTreeMap::new());
    report::exit_now(status_of(&end))
}

/// The QEMU that loads the plugin.
struct Host {
    target: String,
    system: bool,
    /// The newest version of the plugin interface that it supports.
    interface: c_int,
}

fn check(arguments: &[String], host: &Host) -> Result<(Options, Arch), Box<(Options, End)>> {
    let options = Options::parse(arguments.iter().map(String::as_str))
        .map_err(|refused| (refused.0, End::BadOption { message: refused.1 }))
        .map_err(Box::new)?;
    let refused = |message: String| Box::new((options.clone(), End::Refused { message }));
    if host.interface > NEWEST_INTERFACE {
        let interface = host.interface;
        return Err(refused(format!(
            "version {interface} of QEMU's plugin interface; the plugin knows it up to \
             {NEWEST_INTERFACE} (QEMU 10.2)"
        )));
    }
    if host.system {
        return Err(refused(
            "full-system emulation; only QEMU's user mode is supported".into(),
        ));
    }
    let arch = Arch::from_name(&host.target).ok_or_else(|| {
        refused(format!(
            "guest architecture {}; known are aarch64, ppc64le, riscv64, x86_64",
            host.target
        ))
    })?;
    Ok((options, arch))
}

fn status_of(end: &End) -> i32 {
    match end {
        End::BadOption { .. } => exit_code::BAD_OPTION,
        _ => exit_code::INTERNAL,
    }
}
