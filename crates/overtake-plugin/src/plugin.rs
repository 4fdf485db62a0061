//! The one instance of the plugin: what is fixed for the run, the token, and the state that
//! belongs to the token's holder.

use crate::affinity;
use crate::engine::{Engine, Inheritance};
use crate::fast;
use crate::instruction_bytes::InstructionBytes;
use crate::options::Options;
use crate::run::Run;
use crate::syscall_class::Classes;
use crate::token::Token;
use isa::Arch;
use std::cell::UnsafeCell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};
use weakmem::ThreadId;

/// The run that this process is, if it is one of many with the same start.
#[derive(Debug)]
pub struct Sown {
    /// Where every free choice comes from.
    pub seed: u64,
    /// Where the report goes.
    pub report: Option<String>,
}

/// The plugin.
pub struct Plugin {
    /// The guest's architecture.
    pub arch: Arch,
    /// What was asked for.
    pub options: Options,
    /// How this QEMU gives the bytes of an instruction.
    pub instruction_bytes: InstructionBytes,
    /// System calls of the architecture.
    pub classes: Classes,
    sown: OnceLock<Sown>,
    token: AtomicPtr<Token>,
    engine: UnsafeCell<Engine>,
}

// SAFETY: `engine` is reached through `Plugin::engine` only, whose caller holds the token (or
// chooses the next holder under the token's lock while nobody holds it).
unsafe impl Sync for Plugin {}
// SAFETY: nothing in it belongs to one host thread.
unsafe impl Send for Plugin {}

static PLUGIN: OnceLock<Plugin> = OnceLock::new();

/// The plugin. Callbacks run only after it was installed.
pub fn plugin() -> &'static Plugin {
    PLUGIN
        .get()
        .expect("a callback ran before qemu_plugin_install")
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
        let instance = Self {
            arch,
            classes: Classes::new(arch),
            token: AtomicPtr::new(Box::leak(Box::default())),
            sown: OnceLock::new(),
            engine: UnsafeCell::new(engine),
            options,
            instruction_bytes,
        };
        let _ = PLUGIN.set(instance);
        Ok(())
    }

    /// This process becomes a run of its own; it does so once.
    pub fn sow(&self, run: Sown) {
        let _ = self.sown.set(run);
    }

    /// Whether it has.
    pub fn is_sown(&self) -> bool {
        self.sown.get().is_some()
    }

    /// Where every free choice comes from.
    pub fn seed(&self) -> u64 {
        self.sown.get().map_or(self.options.seed, |run| run.seed)
    }

    /// Where the report goes.
    pub fn report(&self) -> Option<&str> {
        match self.sown.get() {
            Some(run) => run.report.as_deref(),
            None => self.options.report.as_deref(),
        }
    }

    /// The token.
    pub fn token(&self) -> &'static Token {
        // Acquire: pairs with the Release store in `renew_token`.
        // SAFETY: the pointer comes from `Box::leak`, in `install` or in `renew_token`.
        unsafe { &*self.token.load(Ordering::Acquire) }
    }

    /// In a child of `fork`: starts anew with the calling thread, which runs on `vcpu`, as the
    /// only one. The old state may be locked, or half changed, by a thread that is not here.
    pub fn restart(&self, vcpu: u32, inheritance: Inheritance) {
        let run = Run::of_child(&self.options);
        fast::restart();
        affinity::leave();
        let mut engine = Engine::new(self.arch, &self.options, run);
        engine.inherit(inheritance);
        let id = engine.add_thread();
        engine.run_alone(id);
        // SAFETY: this is the only thread. The old state is not dropped, for the reason above.
        unsafe { self.engine.get().write(engine) };
        // Release: pairs with the Acquire load in `token`.
        self.renew_token(id, vcpu);
    }

    /// In a child of `fork`: the token is that of its only thread, which runs on `vcpu`.
    pub fn renew_token(&self, id: ThreadId, vcpu: u32) {
        self.token.store(
            Box::leak(Box::new(Token::after_fork(id, vcpu))),
            Ordering::Release,
        );
        fast::set_holder(vcpu);
    }

    /// The holder's state.
    ///
    /// # Safety
    ///
    /// The caller holds the token, or holds the token's lock with `deciding` set and nobody
    /// holding the token; and it lets go of the reference before it gives the token away.
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn engine(&self) -> &mut Engine {
        // SAFETY: exclusive by the caller's promise.
        unsafe { &mut *self.engine.get() }
    }
}
