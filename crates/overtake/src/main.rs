//! The command `overtake`; everything is in the library.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    overtake::main()
}
