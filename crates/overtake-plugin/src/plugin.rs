//! The one instance of the plugin: what is fixed for the run, and the token with the state that
//! belongs to its holder.

use crate::affinity;
use crate::engine::{Engine, Inheritance};
use crate::fast;
use crate::identity;
use crate::instruction_bytes::InstructionBytes;
use crate::options::Options;
use crate::run::Run;
use crate::syscall_class::Classes;
use crate::token::Token;
use isa::Arch;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Bound of the number of guest threads that live at the same time.
pub const MAX_VCPUS: usize = 4096;

/// What is fixed for the run.
pub struct Plugin {
    /// The guest's architecture.
    pub arch: Arch,
    /// What was asked for.
    pub options: Options,
    /// How this QEMU gives the bytes of an instruction.
    pub instruction_bytes: InstructionBytes,
    /// System calls of the architecture.
    pub classes: Classes,
}

static PLUGIN: OnceLock<Plugin> = OnceLock::new();

/// The token of this process. It is replaced in a child of `fork`, and never freed.
static TOKEN: AtomicPtr<Token<Engine>> = AtomicPtr::new(null_mut());

/// The plugin. Callbacks run only after it was installed.
pub fn plugin() -> &'static Plugin {
    PLUGIN
        .get()
        .expect("a callback ran before qemu_plugin_install")
}

/// The token. Callbacks run only after the plugin was installed.
pub fn token() -> &'static Token<Engine> {
    // Acquire: pairs with the Release store in `set_token`.
    // SAFETY: the pointer is null or comes from `Box::leak` in `set_token`.
    let token = unsafe { TOKEN.load(Ordering::Acquire).as_ref() };
    token.expect("a callback ran before qemu_plugin_install")
}

/// All threads reach the token, so it must be `Sync`; an `AtomicPtr` does not ask for that.
const _: fn() = || {
    fn is_sync<T: Sync>() {}
    is_sync::<Token<Engine>>();
};

fn set_token(token: Token<Engine>) {
    // Release: pairs with the Acquire load in `token`.
    TOKEN.store(Box::leak(Box::new(token)), Ordering::Release);
}

impl Plugin {
    /// Makes the one instance.
    ///
    /// # Errors
    ///
    /// A file that the options name cannot be used; says which and why.
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

    /// In a child of `fork`: starts anew with the calling thread, which runs on `vcpu`, as the
    /// only one. The old token may be locked, and its state half changed, by a thread that is not
    /// here; so it stays as it is.
    pub fn restart(&self, vcpu: u32, inheritance: Inheritance) {
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
