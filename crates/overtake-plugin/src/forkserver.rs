//! A fork server: one start of QEMU for many seeds.
//!
//! Until the guest creates its first thread, no choice is made, so all seeds share that part of the
//! run. At that point this process waits for orders. For each order it forks a copy, which
//! continues as if it had been started with the order's seed.

use crate::copyable;
use crate::engine::Engine;
use crate::identity::{self, Identity};
use crate::io_thread::{self, Keep};
use crate::kept::Kept;
use crate::options::Options;
use crate::parent;
use crate::report;
use crate::standard::{self, Standard};
use crate::token::Held;
use overtake_report::End;
use overtake_report::forkserver::{Answer, Order};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

/// Serves orders when the guest is about to create its first thread.
///
/// Returns in each of the copies. The original process ends when no more orders come.
pub fn at_first_thread(held: &mut Held<'_, Engine>, options: &Options) {
    let Some(path) = &options.forkserver else {
        return;
    };
    if identity::is_copy() {
        // A copy, in which the first attempt to create a thread failed.
        return;
    }
    if !copyable::is_copyable() {
        // The command runs each seed alone when this process ends without a connection.
        report::exit_now(0);
    }
    match serve(path, held, options) {
        Ok(Role::Copy) => {}
        // Not `exit`, which would flush output that the copies will write.
        Ok(Role::Original) => report::exit_now(0),
        Err(error) => report::internal(&format!("the fork server at {path} failed: {error}")),
    }
}

enum Role {
    Original,
    Copy,
}

/// The connection to the command that gives orders.
struct Connection {
    orders: BufReader<UnixStream>,
    answers: UnixStream,
}

impl Connection {
    fn open(path: &str) -> io::Result<Self> {
        let answers = UnixStream::connect(path)?;
        Ok(Self {
            orders: BufReader::new(answers.try_clone()?),
            answers,
        })
    }
}

fn serve(path: &str, held: &mut Held<'_, Engine>, options: &Options) -> io::Result<Role> {
    let mut connection = Kept::make(|| Connection::open(path))?;
    loop {
        let order = connection.with(|it| next_order(&mut it.orders))??;
        let Some(order) = order else {
            return Ok(Role::Original);
        };
        let original = std::process::id().cast_signed();
        // SAFETY: this is the only guest thread, and it holds no lock of QEMU's in the callback of
        // a system call. QEMU and the C library restore their own threads and locks in the copy
        // (`pthread_atfork`).
        match unsafe { libc::fork() } {
            0 => {
                io_thread::forget();
                begin(held, options, order, original)?;
                return Ok(Role::Copy);
            }
            -1 => {
                let message = io::Error::last_os_error().to_string();
                connection.with(|it| answer(&mut it.answers, &Answer::Failed { message }))??;
            }
            pid => {
                connection.with(|it| answer(&mut it.answers, &Answer::Started { pid }))??;
                let status = wait(pid)?;
                connection.with(|it| answer(&mut it.answers, &Answer::Ended { status }))??;
            }
        }
    }
}

/// Reads the next order; returns `None` if no more come.
fn next_order(orders: &mut impl BufRead) -> io::Result<Option<Order>> {
    let mut line = String::new();
    if orders.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&line)?))
}

fn answer(to: &mut UnixStream, answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_string(answer)?;
    line.push('\n');
    to.write_all(line.as_bytes())
}

fn wait(pid: i32) -> io::Result<i32> {
    let mut status = 0;
    loop {
        // SAFETY: `status` is valid for the call.
        if unsafe { libc::waitpid(pid, &raw mut status, 0) } == pid {
            return Ok(status);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Turns the copy into a run with the order's seed, report and output files.
fn begin(
    held: &mut Held<'_, Engine>,
    options: &Options,
    order: Order,
    original: i32,
) -> io::Result<()> {
    standard::redirect(Standard::Output, &order.output)?;
    standard::redirect(Standard::Error, &order.errors)?;
    report::forget();
    // The parent of the original ends the original, and with it the copies.
    io_thread::start(Keep::Nothing, || parent::end_with(original))?;
    identity::become_copy(Identity {
        seed: order.seed,
        report: Some(order.report),
    });
    report::create();
    report::write(End::Running, held.stats(), None, held.inputs());
    held.is_only_thread();
    held.reseed_copy(options, order.seed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, ExitStatus};

    #[test]
    fn an_answer_is_a_line() {
        let (mut here, there) = UnixStream::pair().unwrap();
        answer(&mut here, &Answer::Started { pid: 7 }).unwrap();
        answer(&mut here, &Answer::Ended { status: 256 }).unwrap();
        drop(here);
        let lines: Vec<_> = BufReader::new(there).lines().map(Result::unwrap).collect();
        let answers = lines.iter().map(|line| serde_json::from_str(line).unwrap());
        assert!(matches!(
            *answers.collect::<Vec<Answer>>(),
            [Answer::Started { pid: 7 }, Answer::Ended { status: 256 }]
        ));
    }

    #[test]
    fn the_status_is_that_of_the_copy() {
        let mut child = Command::new("sh").args(["-c", "exit 3"]).spawn().unwrap();
        let status = wait(child.id().cast_signed()).unwrap();
        assert_eq!(ExitStatus::from_raw(status).code(), Some(3));
        assert!(child.wait().is_err(), "it was waited for");
        assert!(wait(-2).is_err(), "no such process");
    }

    #[test]
    fn a_closed_connection_ends_the_orders() {
        let (mut answers, there) = UnixStream::pair().unwrap();
        drop(there);
        assert!(
            next_order(&mut BufReader::new(answers.try_clone().unwrap()))
                .unwrap()
                .is_none()
        );
        assert!(answer(&mut answers, &Answer::Started { pid: 7 }).is_err());
        assert!(next_order(&mut "no order\n".as_bytes()).is_err());
    }
}
