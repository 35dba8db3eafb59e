//! The `greffon` binary.

fn main() -> std::process::ExitCode {
    greffon::run()
}
