//! Names for the ring's memory, which overtake shows in witnesses.

use overtake_mark::name_at;

/// The number of slots whose fields get names.
const SLOTS: u32 = 1024;

/// The fields of the header and of an event, as Linux lays them out (`struct aio_ring`,
/// `struct io_event`): offset, name, size in bytes.
const HEADER: [(usize, &str, usize); 4] =
    [(0, "id", 4), (4, "nr", 4), (8, "head", 4), (12, "tail", 4)];
const EVENT: [(usize, &str, usize); 4] = [
    (0, "data", 8),
    (8, "obj", 8),
    (16, "res", 8),
    (24, "res2", 8),
];
const HEADER_BYTES: usize = 32;
const EVENT_BYTES: usize = 32;

/// Tells overtake the names of the ring's fields. The ring is at `start`.
pub fn tell(start: usize, slots: u32) {
    for (offset, name, size) in HEADER {
        name_at(&format!("ring.{name}"), start + offset, size);
    }
    for slot in 0..slots.min(SLOTS) {
        let event = start + HEADER_BYTES + slot as usize * EVENT_BYTES;
        for (offset, name, size) in EVENT {
            name_at(&format!("ring.event[{slot}].{name}"), event + offset, size);
        }
    }
}
