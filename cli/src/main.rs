//! The binary `rds-echo`.

use std::process::ExitCode;

use clap::Parser as _;
use rds_echo::arguments::Arguments;
use rds_echo::print::Printer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer::new(&arguments.global);
    // Boxed: the futures of all commands together are too large for a small stack.
    match Box::pin(rds_echo::run(arguments, &printer)).await {
        Ok(exit) => exit.into(),
        Err(failure) => {
            printer.error(&failure.message);
            failure.exit.into()
        }
    }
}
