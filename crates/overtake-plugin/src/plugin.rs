//! The one instance of the plugin: the constants of the run, and the token, which owns the holder's
//! state.

use crate::affinity;
use crate::engine::{Engine, Inheritance};
use crate::fast;
use crate::identity;
use crate::instruction_bytes::InstructionBytes;
use crate::io_thread;
use crate::options::Options;
use crate::run::Run;
use crate::syscall_class::Classes;
use crate::token::Token;
use isa::Arch;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The maximum number of guest threads that exist at the same time.
pub const MAX_VCPUS: usize = 4096;

/// The constants of the run.
pub struct Plugin {
    /// The guest's architecture.
    pub arch: Arch,
    /// The plugin's options.
    pub options: Options,
    /// The way in which this QEMU passes the bytes of an instruction.
    pub instruction_bytes: InstructionBytes,
    /// The classes of the architecture's system calls.
    pub classes: Classes,
}

static PLUGIN: OnceLock<Plugin> = OnceLock::new();

/// The token of this process. A child of `fork` replaces it. It is never freed.
static TOKEN: AtomicPtr<Token<Engine>> = AtomicPtr::new(null_mut());

/// Returns the plugin. Callbacks run only after the plugin is installed.
pub fn plugin() -> &'static Plugin {
    PLUGIN
        .get()
        .expect("a callback ran before qemu_plugin_install")
}

/// Returns the token. Callbacks run only after the plugin is installed.
pub fn token() -> &'static Token<Engine> {
    // Acquire: pairs with the Release store in `set_token`.
    // SAFETY: the pointer is null or comes from `Box::leak` in `set_token`.
    let token = unsafe { TOKEN.load(Ordering::Acquire).as_ref() };
    token.expect("a callback ran before qemu_plugin_install")
}

/// Checks that the token is `Sync`, which all threads need and `AtomicPtr` does not require.
const _: fn() = || {
    fn is_sync<T: Sync>() {}
    is_sync::<Token<Engine>>();
};

fn set_token(token: Token<Engine>) {
    // Release: pairs with the Acquire load in `token`.
    TOKEN.store(Box::leak(Box::new(token)), Ordering::Release);
}

impl Plugin {
    /// Creates the one instance.
    ///
    /// # Errors
    ///
    /// A file that the options name cannot be used. The message names the file and the reason.
    pub fn install(
        arch: Arch,
        options: Options,
        instruction_bytes: InstructionBytes,
    ) -> Result<(), String> {
        let run = Run::new(&options)?;
        let engine = Engine::new(arch, &options, run);
        set_token(Token::new(engine, &fast::HOLDER, MAX_VCPUS));
        let _ = PLUGIN.set(Self {
            arch,
            classes: Classes::new(arch),
            options,
            instruction_bytes,
        });
        Ok(())
    }

    /// Starts over in a child of `fork`, where the calling thread, on `vcpu`, is the only one.
    ///
    /// The parent's token is left as it is: a thread that does not exist in the child may have
    /// locked it, or may have left its state half changed.
    pub fn restart(&self, vcpu: u32, inheritance: Inheritance) {
        io_thread::forget();
        let run = Run::of_child(&self.options, identity::current().seed);
        fast::restart();
        affinity::unpin();
        let mut engine = Engine::new(self.arch, &self.options, run);
        engine.inherit(inheritance);
        let id = engine.add_thread();
        engine.run_alone(id);
        set_token(Token::of_only_thread(
            engine,
            &fast::HOLDER,
            MAX_VCPUS,
            id,
            vcpu,
        ));
    }
}
