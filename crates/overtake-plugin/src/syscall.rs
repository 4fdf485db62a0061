//! The effects of system calls on the schedule, on pending stores, and on pages.
//!
//! A system call is a full barrier of its thread, and most are one of all threads, unless
//! `syscall_table` has a row for it.

mod clocks;
mod find_timeout;
mod memory;
mod outside;
mod rules;
pub mod socket_timeout;
mod time_value;
mod timeout;
mod timers;
mod waiting;

use crate::affinity;
use crate::engine::{Engine, Inheritance};
use crate::finish;
use crate::forkserver;
use crate::guest_memory;
use crate::identity;
use crate::instrument;
use crate::interrupt;
use crate::ipc;
use crate::placement;
use crate::plugin::{plugin, token};
use crate::report;
use crate::signals;
use crate::syscall_class::Class;
use crate::syscall_table::{Orders, Row, pairs, synchronises_context};
use crate::token::{Held, Wait};
use overtake_mark as mark;
use overtake_report::input::Input;
use overtake_report::trace::Object;
use rules::{Schedule, makes_process, makes_thread};
use std::cell::Cell;
use waiting::Waiting;

/// A system call in progress.
#[derive(Debug, Clone, Copy)]
struct Call {
    class: Class,
    args: [u64; 6],
    /// What it does to memory, if that is known and no other thread needs to know it.
    row: Option<&'static Row>,
    /// What it waits for, if the schedule decides when that is over.
    waiting: Option<Waiting>,
    /// Whether the thread gave up the token for the call.
    released: bool,
}

thread_local! {
    /// The system call that this thread is in.
    static CALL: Cell<Option<Call>> = const { Cell::new(None) };
    /// A finished call, with its result, during which this thread lost the token. Its effects are
    /// applied when the thread acquires the token again.
    static DEFERRED: Cell<Option<(Call, i64)>> = const { Cell::new(None) };
    /// The process in which this thread called `fork`, and the state that the child takes over.
    static FORKING: Cell<Option<(u32, Inheritance)>> = const { Cell::new(None) };
}

/// Handles the start of a system call of the holder.
pub fn begin(mut held: Held<'_, Engine>, number: i64, args: [u64; 6]) {
    held.promises_are_kept();
    let plugin = plugin();
    let (number, args) = ipc::direct(plugin.arch, number, args);
    let class = plugin.classes.of(number);
    let local = class != Class::Sleeps && plugin.classes.row(number, &args).is_some();
    while !local && held.waits_for_promises() {
        held = held.hand_off();
    }
    if held.is_broken() {
        finish::broken_promise(&mut held);
    }
    report::guest_runs();
    held.repair();
    held.call_takes_time(class == Class::Yield);
    let new_thread = makes_thread(class, &args);
    if (new_thread || rules::shares_memory(class, &args)) && instrument::begin() {
        held.instrumentation_begins();
    }
    if new_thread && held.no_choice_made() {
        forkserver::at_first_thread(&mut held, &plugin.options);
        held.reseed(identity::current().seed);
        if placement::failed() {
            held.note_input(Input::Addresses);
        }
    }
    let only_thread = held.alone();
    let row = match number {
        mark::CALL => Some(Row::ABSENT),
        _ => plugin.classes.row(number, &args),
    };
    let row = row.filter(|row| !only_thread && stays_local(&mut held, class, row, &args));
    held.in_call(plugin.classes.name(number));
    if !held.no_choice_made() {
        held.note_number(plugin.classes.name(number));
        held.expect_writes(plugin.classes.writes(number, &args));
    }
    if class == Class::SetsTidAddress {
        let thread = held.current;
        held.clears_at_end(thread, args[0]);
    }
    match row {
        Some(row) => row_begins(&mut held, row, &args),
        None => held.call_begins(),
    }
    if number == mark::CALL {
        mark_call(&mut held, args);
    }
    if row.is_none() {
        memory::before(&mut held, class, &args);
    }
    let schedule = rules::schedule(class, &args, only_thread);
    if schedule == Schedule::EndsProcess {
        finish::exited(&mut held, args[0] as i32 & 0xff);
    }
    let forks = makes_process(class, &args);
    if forks {
        held.fork_begins();
        held.has_child = true;
        FORKING.set(Some((std::process::id(), held.inheritance())));
    }
    let released = !only_thread && matches!(schedule, Schedule::Leaves { .. });
    let waiting = waiting::begin(&mut held, number, &args, released);
    CALL.set(Some(Call {
        class,
        args,
        row,
        waiting,
        released,
    }));
    match schedule {
        // No other thread could use the token.
        Schedule::Leaves { .. } if only_thread => {}
        Schedule::Leaves { writes } => {
            // A signal's frame may be written on top of another thread's view, so no view may hold
            // a stale value there.
            if signals::are_expected() {
                held.full_barrier_everywhere();
            }
            held.call_sleeps();
            let writes = row.map_or(writes, |row| !row.writes(&args, 0).is_empty());
            let futex = rules::waits_for(class, &args);
            let Some(waiting) = waiting else {
                return held.leave(Wait {
                    futex,
                    ..Wait::for_a_thread(writes)
                });
            };
            waiting.expect_end();
            let wait = waiting.wait(writes, futex, held.now());
            held.leave(wait);
            waiting.wait_first(&args);
        }
        Schedule::Ends | Schedule::EndsProcess => held.end(),
        Schedule::Keeps if new_thread => held.enter_clone(),
        Schedule::Keeps if only_thread => {}
        Schedule::Keeps => {
            if forks {
                held.expect_exclusive();
            }
            held.enter_call(rules::wakes(class, &args, row));
        }
    }
}

/// Whether no other thread can have its view in memory while the kernel writes for this call. While
/// the thread sleeps, one may: then what is written must be on pages that only this thread uses.
fn stays_local(engine: &mut Engine, class: Class, row: &Row, args: &[u64; 6]) -> bool {
    class != Class::Sleeps || row.writes(args, 0).into_iter().all(|it| engine.owns(it))
}

/// Begins a call of which it is known what it does to memory.
fn row_begins(engine: &mut Engine, row: &Row, args: &[u64; 6]) {
    let arch = plugin().arch;
    engine.known_call_begins(synchronises_context(arch));
    for range in row.reads(args) {
        engine.kernel_reads(range);
    }
    match row.orders {
        Orders::Schedule => engine.synchronise(),
        orders => engine.call_orders(pairs(arch, orders)),
    }
}

/// Ends such a call, during which the thread kept the token.
fn row_ends(engine: &mut Engine, row: &Row, call: &Call, result: i64) {
    let Call { class, args, .. } = call;
    if result >= 0 {
        let result = result as u64;
        memory::replace(engine, *class, args, result);
        for range in row.writes(args, result) {
            engine.kernel_writes(range);
        }
        if row.wakes() && result != 0 {
            engine.synchronise();
        }
        if *class == Class::Yield {
            engine.yields();
        }
    } else if !rules::interrupted(result) && !row.writes(args, 1).is_empty() {
        // The kernel may have written a part.
        engine.take_over_writes();
    }
    engine.known_call_is_over(synchronises_context(plugin().arch));
}

/// Handles a mark: a call by which the guest passes information to the plugin.
///
/// A malformed mark is ignored. To the kernel, every mark is a system call that does not exist.
#[cold]
fn mark_call(engine: &mut Engine, [what, text, length, addr, size, _]: [u64; 6]) {
    let length = usize::try_from(length).map_or(mark::LONGEST, |it| it.min(mark::LONGEST));
    let Some(text) = guest_memory::read_if_mapped(text, length) else {
        return;
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    match what {
        mark::FAILED => finish::failure_marked(engine, text),
        mark::NAME => engine.run.object(Object {
            addr,
            size,
            name: text,
        }),
        _ => {}
    }
}

/// Handles the end of a system call of the calling thread, which runs this vCPU.
pub fn end(vcpu: u32, result: i64) {
    if let Some((parent, inheritance)) = FORKING.take()
        && parent != std::process::id()
    {
        CALL.take();
        report::in_forked_child();
        plugin().restart(vcpu, inheritance);
        return;
    }
    interrupt::set(None);
    let held = token().call_is_over(vcpu, rules::interrupted(result));
    let Some(call) = CALL.take() else { return };
    if let Some(mut held) = held {
        finish_call(&mut held, &call, result);
    } else {
        DEFERRED.set(Some((call, result)));
    }
}

/// Applies the effects of a call during which the calling thread lost the token, now that it has
/// acquired the token again.
pub fn finish_deferred_call(held: &mut Held<'_, Engine>) {
    if let Some((call, result)) = DEFERRED.take() {
        if call.released {
            finish_wait(held, &call, result);
        } else {
            finish_call(held, &call, result);
        }
    }
}

/// Applies what a call has taken of the schedule's time.
fn finish_wait(held: &mut Held<'_, Engine>, call: &Call, result: i64) {
    held.in_call(None);
    if let Some(waiting) = &call.waiting {
        waiting.is_over(held, result);
    }
}

fn finish_call(held: &mut Held<'_, Engine>, call: &Call, result: i64) {
    held.rewritten.restore();
    finish_wait(held, call, result);
    if let Some(row) = call.row.filter(|_| held.in_known_call()) {
        row_ends(held, row, call, result);
        held.update_fast_path();
        return;
    }
    held.call_is_over();
    let Call { class, args, .. } = call;
    if rules::may_write(*class, result) {
        held.call_may_write();
    }
    if makes_process(*class, args) && result > 0 {
        held.count_child();
    }
    if makes_thread(*class, args) {
        after_clone(held, args, result);
    } else if result >= 0 {
        memory::after(held, *class, args, result as u64);
    } else if *class == Class::Futex || rules::may_write(*class, result) {
        held.take_over_writes();
    }
    held.update_fast_path();
}

/// Adopts the new thread, if `clone` created one.
fn after_clone(held: &mut Held<'_, Engine>, args: &[u64; 6], result: i64) {
    if result < 0 {
        held.clone_failed();
        held.take_over_writes();
        return;
    }
    if !held.await_new_vcpu() {
        report::internal("QEMU created a thread, but announced no vCPU for it");
    }
    let thread = held.add_thread();
    held.affinities.inherit(result as i32);
    held.stack_of(thread, args[1]);
    if let Some(word) = rules::cleared_at_end(plugin().arch, args) {
        held.clears_at_end(thread, word);
    }
    held.adopt(thread);
    held.take_over_writes();
    held.await_first_callback();
    if held.stats().threads == 2 {
        affinity::begin();
        // QEMU now discards its translations, which were made for one thread.
        held.expect_exclusive();
    }
}
