//! The entry point: reads the options, checks QEMU, registers the callbacks.
//!
//! QEMU 7.2 takes plugins of versions 0 and 1 of its interface only, QEMU 9.0 and later none below
//! 2. What the plugin uses is the same in all, but for the bytes of an instruction
//! (`instruction_bytes`); so there is one plugin, exported once for each of the two.

use crate::callbacks;
use crate::identity::{self, Identity};
use crate::instruction_bytes::InstructionBytes;
use crate::instrument::{self, Callbacks};
use crate::options::Options;
use crate::parent;
use crate::plugin::Plugin;
use crate::report;
use crate::spurious;
use isa::Arch;
use overtake_report::{End, Stats, exit_code};
use qemu_plugin_sys as qemu;
use std::ffi::{CStr, c_char, c_int};

/// The newest version of QEMU's plugin interface that the plugin was tried with (QEMU 10.2 has
/// 6). A later one may give a callback other arguments.
pub const NEWEST_INTERFACE: c_int = 6;

/// Exports what QEMU looks for in a plugin, for the version of its interface that is named. QEMU
/// reads the version before it calls `qemu_plugin_install`, and refuses a plugin that does not
/// suit.
#[macro_export]
macro_rules! export {
    ($version:literal) => {
        /// The version of QEMU's plugin interface that this plugin asks for.
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals)]
        pub static qemu_plugin_version: ::std::ffi::c_int = $version;

        /// Called by QEMU when the plugin is loaded.
        ///
        /// # Safety
        ///
        /// Called by QEMU, once.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn qemu_plugin_install(
            id: $crate::PluginId,
            info: *const $crate::Info,
            argc: ::std::ffi::c_int,
            argv: *mut *mut ::std::ffi::c_char,
        ) -> ::std::ffi::c_int {
            // SAFETY: these are QEMU's.
            unsafe { $crate::install(id, info, argc, argv) }
        }
    };
}

/// What QEMU calls a plugin by.
pub type PluginId = qemu::qemu_plugin_id_t;
/// What QEMU says of itself.
pub type Info = qemu::qemu_info_t;

/// Called by QEMU when the plugin is loaded. Anything but 0 makes QEMU exit with an error.
///
/// # Safety
///
/// The arguments are those of QEMU's call of `qemu_plugin_install`, passed on once.
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
    // SAFETY: QEMU's description of itself is valid during this call.
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
    let (options, arch) = match checked {
        Ok(good) => good,
        Err(refused) => refuse(refused.1),
    };
    report::write(End::Running, Stats::default(), None);
    std::panic::set_hook(Box::new(|panic| report::internal(&panic.to_string())));
    if options.report.is_some() {
        // Who waits for the report started this process; without it nobody would end the guest.
        parent::end_with(parent);
    }
    let bytes = InstructionBytes::of(host.interface);
    if let Err(message) = Plugin::install(arch, options, bytes) {
        refuse(End::BadOption { message });
    }
    spurious::install(arch);
    let callbacks = Callbacks {
        vcpu_created: Some(callbacks::vcpu_created),
        translated: Some(callbacks::translated),
        system_call: Some(callbacks::system_call),
        system_call_over: Some(callbacks::system_call_over),
    };
    // SAFETY: `id` is QEMU's, and the callbacks are for what they are given for.
    unsafe { instrument::install(id, callbacks) };
    0
}

/// Ends the process with a report. QEMU would say "plugin returned error code"; the report says more.
fn refuse(end: End) -> ! {
    report::write(end.clone(), Stats::default(), None);
    report::exit_now(status_of(&end))
}

/// The QEMU that loads the plugin.
struct Host {
    target: String,
    system: bool,
    /// The newest version of the plugin interface that it has.
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
