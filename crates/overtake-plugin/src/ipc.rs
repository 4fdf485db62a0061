//! `ipc`: one call for all of System V's (ipc/syscall.c in the kernel). The C library for Power uses it.

use isa::Arch;

/// `ipc` on Power; the other architectures lack it.
const NUMBER: i64 = 117;

/// Returns the call itself, with its arguments, if this is an `ipc` that stands for one.
///
/// `shmat` is returned as it is: its result is elsewhere.
pub fn direct(arch: Arch, number: i64, args: [u64; 6]) -> (i64, [u64; 6]) {
    if arch != Arch::Ppc64le || number != NUMBER {
        return (number, args);
    }
    let [call, first, second, third, pointer, fifth] = args;
    // The upper half is a version.
    let (number, args) = match call & 0xffff {
        1 => (SEMTIMEDOP, [first, pointer, second, 0]),
        4 => (SEMTIMEDOP, [first, pointer, second, fifth]),
        11 => (MSGSND, [first, pointer, second, third]),
        12 => (MSGRCV, [first, pointer, second, fifth]),
        22 => (SHMDT, [pointer, 0, 0, 0]),
        _ => return (number, args),
    };
    let [first, second, third, fourth] = args;
    (number, [first, second, third, fourth, 0, 0])
}

// Power's numbers of the calls themselves.
const SEMTIMEDOP: i64 = 392;
const SHMDT: i64 = 398;
const MSGSND: i64 = 400;
const MSGRCV: i64 = 401;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_on_semaphores_is_one_by_either_call() {
        let args = [4, 7, 1, 0, 0x1000, 0x2000];
        let itself = (SEMTIMEDOP, [7, 0x1000, 1, 0x2000, 0, 0]);
        assert_eq!(direct(Arch::Ppc64le, NUMBER, args), itself);
        assert_eq!(direct(Arch::Riscv64, NUMBER, args), (NUMBER, args));
        let get = [2, 7, 1, 0, 0, 0];
        assert_eq!(direct(Arch::Ppc64le, NUMBER, get), (NUMBER, get));
        let names = |number| syscalls::powerpc64::Sysno::new(number as usize).map(|it| it.name());
        let numbers = [NUMBER, SEMTIMEDOP, SHMDT, MSGSND, MSGRCV].map(names);
        let expected = ["ipc", "semtimedop", "shmdt", "msgsnd", "msgrcv"].map(Some);
        assert_eq!(numbers, expected);
    }
}
