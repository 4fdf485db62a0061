//! The entry point: reads the options, checks QEMU, registers the callbacks.

use crate::callbacks;
use crate::finish;
use crate::options::Options;
use crate::plugin::Plugin;
use isa::Arch;
use overtake_report::{End, Stats, exit_code};
use qemu_plugin_sys as qemu;
use std::ffi::{CStr, c_char, c_int};

/// The version of QEMU's plugin interface that this plugin is written for. QEMU reads it before
/// it calls [`qemu_plugin_install`], and refuses the plugin if it does not suit.
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals)]
pub static qemu_plugin_version: c_int = qemu::QEMU_PLUGIN_VERSION as c_int;

/// Called by QEMU when the plugin is loaded. Anything but 0 makes QEMU exit with an error.
///
/// # Safety
///
/// Called by QEMU, once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn qemu_plugin_install(
    id: qemu::qemu_plugin_id_t,
    info: *const qemu::qemu_info_t,
    argc: c_int,
    argv: *mut *mut c_char,
) -> c_int {
    let arguments: Vec<String> = (0..usize::try_from(argc).unwrap_or(0))
        .map(|i| {
            // SAFETY: QEMU passes `argc` strings that end in NUL.
            unsafe { CStr::from_ptr(*argv.add(i)) }
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    // SAFETY: QEMU's description of itself is valid during this call.
    let (target, system) = unsafe {
        let info = &*info;
        (
            CStr::from_ptr(info.target_name)
                .to_string_lossy()
                .into_owned(),
            info.system_emulation,
        )
    };
    let (options, arch) = match check(&arguments, &target, system) {
        Ok(good) => good,
        Err((options, end)) => {
            finish::write_report(
                options.report.as_deref(),
                options.seed,
                end.clone(),
                Stats::default(),
                None,
            );
            // QEMU would say "plugin returned error code"; the report says more.
            // SAFETY: no preconditions.
            unsafe { libc::_exit(status_of(&end)) }
        }
    };
    finish::write_report(
        options.report.as_deref(),
        options.seed,
        End::Running,
        Stats::default(),
        None,
    );
    std::panic::set_hook(Box::new(|panic| finish::internal(&panic.to_string())));
    if options.report.is_some() {
        // Who waits for the report started this process; without it nobody would end the guest.
        // SAFETY: no preconditions.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    }
    Plugin::install(arch, options);
    // SAFETY: `id` is QEMU's; the callbacks have the types that the interface asks for.
    unsafe {
        qemu::qemu_plugin_register_vcpu_init_cb(id, Some(callbacks::vcpu_created));
        qemu::qemu_plugin_register_vcpu_tb_trans_cb(id, Some(callbacks::translated));
        qemu::qemu_plugin_register_vcpu_syscall_cb(id, Some(callbacks::system_call));
        qemu::qemu_plugin_register_vcpu_syscall_ret_cb(id, Some(callbacks::system_call_over));
    }
    0
}

fn check(
    arguments: &[String],
    target: &str,
    system: bool,
) -> Result<(Options, Arch), (Options, End)> {
    let options = Options::parse(arguments.iter().map(String::as_str))
        .map_err(|(options, message)| (options, End::BadOption { message }))?;
    let refused = |message: String| (options.clone(), End::Refused { message });
    if system {
        return Err(refused(
            "full-system emulation; only QEMU's user mode is supported".into(),
        ));
    }
    let arch = Arch::from_qemu_target_name(target).ok_or_else(|| {
        refused(format!(
            "guest architecture {target}; known are aarch64, ppc64le, riscv64, x86_64"
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
