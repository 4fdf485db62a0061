//! What the threads are doing.

use super::Engine;
use crate::run;
use overtake_report::doing::{Doing, Scene};

impl Engine {
    /// What the threads that have not ended are doing.
    pub fn scene(&self) -> Scene {
        let threads = self.threads.iter().zip(0..);
        let mut alive = threads.filter(|(thread, _)| !thread.ended);
        let first = alive.by_ref().take(Scene::MOST);
        let threads: Vec<_> = first
            .map(|(state, thread)| Doing {
                thread,
                pc: state.position.block().map_or(0, |block| block.start),
                call: state.call.map(str::to_owned),
            })
            .collect();
        let others = alive.count() as u64;
        let mut modules = run::mapped_files();
        modules.retain(|it| {
            let mut codes = threads.iter().map(|thread| thread.pc);
            codes.any(|pc| (it.start..it.end).contains(&pc))
        });
        Scene {
            threads,
            others,
            modules,
        }
    }
}
