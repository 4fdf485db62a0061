//! Work of one thread: alone, and beside another thread that sleeps.

use overtake_bench::sample::{duration_text, in_turns, seconds};

use crate::setting::{Result, Setting, done};

/// Kinds of work, and how much of it takes a part of a second under plain QEMU.
const WORK: [(&str, &str); 3] = [("hash", "60000"), ("sort", "1500"), ("allocate", "8000")];

pub fn measure(setting: &Setting) -> Result<()> {
    println!("one thread: plain QEMU, a plugin with empty memory callbacks, overtake");
    for target in &setting.targets {
        let guest = setting.guest(target, "alone");
        for ((work, rounds), beside) in WORK.into_iter().flat_map(|it| [(it, false), (it, true)]) {
            let mut failed = Ok(());
            let mut time = |with_overtake: bool, empty: bool| {
                let mut command = if with_overtake {
                    let mut command = setting.overtake("run");
                    command.args(["--quiet", "--"]).arg(&guest);
                    command
                } else {
                    let mut command = setting.qemu(target, empty);
                    command.arg(&guest);
                    command
                };
                command.args([work, rounds]);
                if beside {
                    command.arg("beside");
                }
                seconds(|| {
                    if let Err(error) = done(&mut command) {
                        failed = Err(error);
                    }
                })
            };
            let time = std::cell::RefCell::new(&mut time);
            let [plain, empty, ours] = in_turns(
                setting.rounds(7),
                [
                    &mut || (time.borrow_mut())(false, false),
                    &mut || (time.borrow_mut())(false, true),
                    &mut || (time.borrow_mut())(true, false),
                ],
            );
            failed?;
            println!(
                "  {target:8} {work:9} {:6} {:>9}  x{:.2}  x{:.2}   overtake to empty: {:.2}",
                if beside { "beside" } else { "" },
                duration_text(plain.median()),
                empty.median() / plain.median(),
                ours.median() / plain.median(),
                ours.median() / empty.median()
            );
        }
    }
    Ok(())
}
