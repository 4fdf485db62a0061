//! The ring of this project, `aio-ring`.

use std::mem::MaybeUninit;

use aio_ring::{Orderings, Ring};

use crate::arena::Arena;

/// Begins a page, as the kernel's ring does.
#[repr(align(4096))]
struct Pages([MaybeUninit<u8>; 2 * 4096]);

/// `aio-ring` with these orderings and so many slots.
pub fn aio_ring<O: Orderings>(arena: &Arena, slots: u32) -> f64 {
    let mut pages = Box::new(Pages([MaybeUninit::uninit(); 2 * 4096]));
    let ring: Ring<'_, O> = match Ring::new(&mut pages.0, slots) {
        Ok(ring) => ring,
        Err(error) => return arena.fail(format!("aio-ring: {error}")),
    };
    let (mut producer, mut consumer) = ring.split();
    arena.pass(
        "aio-ring",
        move |event| producer.complete(event).is_ok(),
        move || consumer.read_evt(),
    )
}
