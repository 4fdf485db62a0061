//! Schedules survive writing and parsing, damaged ones are refused, and recordings are replayed.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use schedule::{Choices, Deviation, Error, Recorder, Replay, Schedule, Turn, VERSION, What};
use weakmem::{
    Before, EarlyStore, Guards, Kind, Progress, Stop, StoreId, Strategy as Chooser, Uniform,
};

fn progress(thread: u32, accesses: u64, instructions: u64) -> Progress {
    Progress {
        thread,
        accesses,
        instructions,
    }
}

fn early_store() -> EarlyStore {
    let before = Before {
        others: 2,
        privately: 1,
        behind: 12,
    };
    let mut store = EarlyStore::new(0x1000, &[0, 255], before).unwrap();
    store.kind = Kind::StoreConditional;
    let guards = Guards::NONE
        .with(0x5000, 4)
        .unwrap()
        .with(0x6008, 16)
        .unwrap();
    store.guards = guards.with_page(0x8000).unwrap();
    store
}

fn example() -> Schedule {
    let store = StoreId {
        thread: 1,
        number: 12,
    };
    let turn = |until, why| Turn { until, why };
    let deviation = |turn, what| Deviation { turn, what };
    Schedule {
        about: vec![
            ("target".into(), "aarch64".into()),
            ("program".into(), "./a 'b c'".into()),
        ],
        choices: Choices {
            turns: vec![
                turn(progress(0, 0, 700), Stop::Instructions),
                turn(progress(1, 12, 900), Stop::Accesses),
                turn(progress(2, 3, u64::MAX), Stop::Itself),
            ],
            deviations: vec![
                deviation(1, What::Pending { store, rounds: 7 }),
                deviation(
                    1,
                    What::Unseen {
                        store,
                        observer: 2,
                        rounds: 31,
                    },
                ),
                deviation(
                    1,
                    What::Late {
                        store,
                        observer: 0,
                        rounds: 3,
                    },
                ),
                deviation(
                    2,
                    What::Early {
                        at: progress(1, 3, 900),
                        store: early_store(),
                    },
                ),
                deviation(
                    2,
                    What::SpuriousFailure {
                        thread: 2,
                        number: 4,
                    },
                ),
            ],
        },
    }
}

#[test]
fn a_file_survives_writing_and_parsing() {
    let text = example().to_string();
    assert!(
        text.starts_with("overtake schedule 3\ntarget aarch64\nprogram ./a 'b c'\n\nturn 0 0 700 instructions\npending 1 12 7 1\n"),
        "{text}"
    );
    assert_eq!(Schedule::parse(&text), Ok(example()));
    let nothing = Schedule::default();
    assert_eq!(Schedule::parse(&nothing.to_string()), Ok(nothing));
}

#[test]
fn truncated_and_damaged_files_are_refused() {
    let text = example().to_string();
    assert_eq!(Schedule::parse(""), Err(Error::NotASchedule));
    assert_eq!(Schedule::parse("\x7fELF"), Err(Error::NotASchedule));
    let newer = text.replacen("schedule 3", "schedule 4", 1);
    assert_eq!(
        Schedule::parse(&newer),
        Err(Error::Version {
            found: "4".into(),
            known: VERSION
        })
    );
    // Truncated anywhere, or with one character changed anywhere.
    for end in 1..text.len() {
        assert!(Schedule::parse(&text[..end]).is_err(), "{end}");
    }
    for at in 0..text.len() - 1 {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        assert!(Schedule::parse(&changed).is_err(), "{at}");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "(overtake schedule 3\n)?([a-z]+ [0-9 ]*\n|\n|.)*") {
        let _ = Schedule::parse(&text);
        let _ = Choices::from_recording(&text);
    }
}

#[test]
fn a_store_is_early_where_it_was_and_no_earlier() {
    let store = early_store();
    let at = progress(1, 3, 900);
    let early = |at| {
        let what = What::Early { at, store };
        Deviation { turn: 0, what }
    };
    let later = progress(1, 9, 2000);
    let choices = Choices {
        turns: Vec::new(),
        deviations: vec![early(at), early(later)],
    };
    let mut replay = Replay::new(choices);
    assert_eq!(replay.quantum(progress(1, 1, 0)).accesses, 2);
    assert_eq!(replay.quantum(progress(1, 3, 400)).instructions, 500);
    assert_eq!(
        replay.early(progress(0, 3, 900), None),
        None,
        "another thread"
    );
    assert_eq!(replay.early(progress(1, 3, 899), Some(store)), None);
    assert_eq!(replay.early(at, None), Some(store));
    assert_eq!(replay.early(at, None), None, "once");
    assert_eq!(replay.early(later, None), Some(store));
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The answers of a strategy to a fixed series of questions.
fn answers(strategy: &mut dyn Chooser) -> Vec<u64> {
    let mut answers = Vec::new();
    let mut at = [progress(0, 0, 0), progress(1, 0, 0)];
    for round in 1..100 {
        let next = strategy.next_thread(&[0, 1]);
        let at = &mut at[next as usize];
        let quantum = strategy.quantum(*at);
        let store = StoreId {
            thread: next,
            number: round,
        };
        answers.push(u64::from(next));
        answers.push(strategy.store_delay(store));
        answers.push(strategy.read_delay(store, 1 - next));
        answers.push(strategy.arrival_delay(store, 1 - next));
        answers.push(u64::from(strategy.fails(next)));
        let why = if round % 2 == 0 {
            at.accesses += u64::from(quantum.accesses);
            at.instructions += 1;
            Stop::Accesses
        } else {
            at.instructions += u64::from(quantum.instructions);
            Stop::Instructions
        };
        answers.extend([at.accesses, at.instructions]);
        strategy.stopped(*at, why);
    }
    answers
}

#[test]
fn recorded_choices_are_made_again() {
    let out = Shared::default();
    let uniform = Box::new(Uniform::new(7));
    let recorded = answers(&mut Recorder::new(uniform, out.clone()));
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    let choices = Choices::from_recording(&text).unwrap();
    assert_eq!(choices.turns.len(), 99);
    assert_eq!(answers(&mut Replay::new(choices)), recorded);
}

#[test]
fn a_recording_that_ends_in_a_turn_goes_on_with_it() {
    let text = "begins 0\nturn 0 1 2 accesses\nbegins 1\npending 1 1 3 1\npendi";
    let choices = Choices::from_recording(text).unwrap();
    assert_eq!(choices.turns.len(), 2);
    assert_eq!(choices.turns[1].until.thread, 1);
    assert_eq!(choices.turns[1].why, Stop::Itself);
    assert_eq!(choices.deviations.len(), 1);
    assert_eq!(Choices::from_recording("turn\n"), Err(1));
}

#[test]
fn removed_choices_are_made_fairly() {
    let mut replay = Replay::new(Choices::default());
    let chosen: Vec<u32> = (0..4).map(|_| replay.next_thread(&[0, 2, 5])).collect();
    assert_eq!(chosen, [2, 5, 0, 2]);
    let store = StoreId {
        thread: 0,
        number: 1,
    };
    assert_eq!(
        (replay.store_delay(store), replay.read_delay(store, 1)),
        (0, 0)
    );
    assert_eq!(replay.arrival_delay(store, 1), 0);
    assert!(!replay.fails(0));
}

#[test]
fn a_turn_is_skipped_if_its_work_is_done_or_its_thread_waits() {
    let turn = |thread, accesses| Turn {
        until: progress(thread, accesses, 0),
        why: Stop::Accesses,
    };
    let mut replay = Replay::new(Choices {
        turns: vec![turn(1, 5), turn(1, 5), turn(0, 2), turn(1, 9)],
        deviations: vec![],
    });
    assert_eq!(replay.next_thread(&[0, 1]), 1);
    assert_eq!(replay.quantum(progress(1, 0, 0)).accesses, 5);
    replay.stopped(progress(1, 5, 10), Stop::Accesses);
    // The second turn is done, and thread 0 cannot run.
    assert_eq!(replay.next_thread(&[1]), 1);
    assert_eq!(replay.quantum(progress(1, 5, 10)).accesses, 4);
}
