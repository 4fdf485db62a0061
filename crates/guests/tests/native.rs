//! Runs the programs without an emulator, and checks what they print and their exit status.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output, Stdio};

const AIO_RING_RACE: &str = env!("CARGO_BIN_EXE_aio-ring-race");
const CRATES_MIX: &str = env!("CARGO_BIN_EXE_crates-mix");
const DEKKER: &str = env!("CARGO_BIN_EXE_dekker");
const ENDINGS: &str = env!("CARGO_BIN_EXE_endings");
const LITMUS: &str = env!("CARGO_BIN_EXE_litmus");
const PUBLICATION: &str = env!("CARGO_BIN_EXE_publication");
const STD_MIX: &str = env!("CARGO_BIN_EXE_std-mix");
const ZEROING: &str = env!("CARGO_BIN_EXE_zeroing");

fn run(program: &str, arguments: &str) -> Output {
    Command::new(program)
        .args(arguments.split_whitespace())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn succeeds(program: &str, arguments: &str, expected: &str) {
    let output = run(program, arguments);
    assert_eq!(text(&output.stderr), "", "{arguments}");
    assert_eq!(text(&output.stdout), expected, "{arguments}");
    assert_eq!(output.status.code(), Some(0), "{arguments}");
}

#[test]
fn race() {
    succeeds(
        AIO_RING_RACE,
        "",
        "{\"variant\":\"release\",\"events\":2000,\"slots\":8,\"read\":2000,\"stale_events\":0,\
         \"first_stale\":null}\n",
    );
    succeeds(
        AIO_RING_RACE,
        "--variant wmb --events 100 --slots 2",
        "{\"variant\":\"wmb\",\"events\":100,\"slots\":2,\"read\":100,\"stale_events\":0,\
         \"first_stale\":null}\n",
    );
}

#[test]
fn dekker() {
    succeeds(
        DEKKER,
        "--ordering seqcst --rounds 200",
        "{\"ordering\":\"seqcst\",\"rounds\":200,\"both_zero\":0}\n",
    );
    // The outcome with relaxed flags depends on the machine. The exit status must agree with it.
    let output = run(DEKKER, "--rounds 200");
    let none = text(&output.stdout).ends_with("\"both_zero\":0}\n");
    assert_eq!(output.status.code(), Some(if none { 0 } else { 1 }));
}

#[test]
fn std_mix() {
    succeeds(
        STD_MIX,
        "",
        "std-mix: ok mutex=19800 rwlock=200 atomics=1200 condvar=40 park=4 sleep=4 channel=200 \
         sync_channel=1375 once=3 file=200000 pipe=100000\n",
    );
}

#[test]
fn crates_mix() {
    for (mode, seen) in [
        ("seqlock", "200 writes"),
        ("atomic-cell", "200 writes"),
        ("array-queue", "300 items"),
        ("seg-queue", "300 items"),
        ("linked-queue", "300 items"),
        ("arc-swap", "200 writes"),
        ("epoch", "200 writes"),
        ("deque-fifo", "300 items"),
        ("deque-lifo", "300 items"),
    ] {
        succeeds(CRATES_MIX, mode, &format!("crates-mix {mode}: ok {seen}\n"));
    }
}

#[test]
fn publication() {
    for mode in ["addr", "addr-spilled"] {
        succeeds(
            PUBLICATION,
            mode,
            &format!("{{\"mode\":\"{mode}\",\"rounds\":300,\"stale\":0}}\n"),
        );
    }
    // The outcome with a control dependency depends on the machine. The exit status must agree
    // with it.
    for mode in ["ctrl", "ctrl-isb"] {
        let output = run(PUBLICATION, &format!("{mode} --rounds 50"));
        let none =
            text(&output.stdout) == format!("{{\"mode\":\"{mode}\",\"rounds\":50,\"stale\":0}}\n");
        assert!(none || cfg!(not(target_arch = "x86_64")), "{output:?}");
        assert_eq!(output.status.code(), Some(if none { 0 } else { 1 }));
    }
}

#[test]
fn zeroing() {
    succeeds(ZEROING, "", "zeroing: ok 26 steps\n");
    succeeds(ZEROING, "--rounds 1", "zeroing: ok 13 steps\n");
}

#[test]
fn endings_that_return() {
    for (mode, seen) in [
        ("return-live", "returns from main"),
        ("fork-exec", "three programs"),
        ("fork-live", "six programs"),
        ("fork-plain", "three children"),
        ("pool", "200 jobs"),
        ("detached", "40 threads"),
        ("threads-200", "200 threads"),
        ("futex-wake-many", "16 threads"),
        ("signals", "21 signals"),
    ] {
        succeeds(ENDINGS, mode, &format!("endings {mode}: ok {seen}\n"));
    }
    succeeds(
        ENDINGS,
        "exec-self",
        "endings exec-self: becomes /bin/true\n",
    );
}

#[test]
fn endings_that_do_not() {
    assert_eq!(run(ENDINGS, "exit-live").status.code(), Some(7));
    assert_eq!(run(ENDINGS, "abort").status.signal(), Some(libc::SIGABRT));
    assert_eq!(run(ENDINGS, "segv").status.signal(), Some(libc::SIGSEGV));
}

#[test]
fn livelock_lasts() {
    let mut child = Command::new(ENDINGS)
        .arg("livelock")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    let ended = child.try_wait().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ended, None);
}

#[test]
fn wrong_usage() {
    for (program, arguments) in [
        (AIO_RING_RACE, "--variant none"),
        (AIO_RING_RACE, "--events 0"),
        (AIO_RING_RACE, "--events"),
        (AIO_RING_RACE, "--slots 1"),
        (CRATES_MIX, ""),
        (CRATES_MIX, "mutex"),
        (DEKKER, "--ordering acquire"),
        (DEKKER, "--rounds 0"),
        (ENDINGS, ""),
        (ENDINGS, "happily"),
        (ENDINGS, "pool pool"),
        (PUBLICATION, ""),
        (PUBLICATION, "data"),
        (PUBLICATION, "addr ctrl"),
        (PUBLICATION, "addr --rounds 0"),
        (STD_MIX, "--fast"),
        (ZEROING, "--rounds 0"),
    ] {
        let output = run(program, arguments);
        assert_eq!(output.status.code(), Some(2), "{program} {arguments}");
        assert_eq!(text(&output.stdout), "", "{program} {arguments}");
        assert_eq!(
            text(&output.stderr).lines().count(),
            1,
            "{program} {arguments}"
        );
    }
}

/// Runs the guest `litmus` with this plan and code.
fn litmus_with(plan: &str, code: &[u8], name: &str) -> Output {
    let folder = format!("overtake-native-{}-{name}", std::process::id());
    let folder = std::env::temp_dir().join(folder);
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("plan"), plan).unwrap();
    std::fs::write(folder.join("code"), code).unwrap();
    let output = Command::new(LITMUS)
        .args(["plan", "code"])
        .current_dir(&folder)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    output
}

/// Two processors return their inputs: an address, and a number.
#[cfg(target_arch = "x86_64")]
#[test]
fn litmus() {
    // movq (%rdi), %rax; movq %rax, 8(%rdi); ret
    let code = [0x48, 0x8b, 0x07, 0x48, 0x89, 0x47, 0x08, 0xc3];
    let plan = "iterations 300\nlocation 2 12345\nlocation 8 &0\n\
                processor 0 0 &1 final 1\nprocessor 0 0 ff final 1\n";
    let output = litmus_with(plan, &code, "echo");
    assert_eq!(text(&output.stdout), "300 &1 ff 2345 &0\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn litmus_refuses_what_is_no_plan() {
    for (name, plan, why) in [
        ("empty", "", "there is no processor"),
        (
            "word",
            "iterations 1\nnothing",
            "`nothing` is no line of a plan",
        ),
        (
            "bytes",
            "location 3 0",
            "`location 3 0` is no line of a plan",
        ),
        (
            "address",
            "location 8 &1\nprocessor 0 0 final 0",
            "there is no location 1",
        ),
        (
            "entry",
            "iterations 1\nprocessor 64 0 final 0",
            "no code at 64",
        ),
    ] {
        let output = litmus_with(plan, &[0], name);
        let said = text(&output.stderr);
        assert!(said.starts_with("litmus: ") && said.contains(why), "{said}");
        assert_eq!(output.status.code(), Some(2));
    }
    assert_eq!(run(LITMUS, "").status.code(), Some(2));
}
