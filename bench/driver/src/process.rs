//! A process from its start to its end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::rc::Rc;
use std::time::Duration;

use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::request::{End, Request};
use crate::runtime_api::{RuntimeApi, Seen};

/// The longest that a process may take for all that it is asked; callgrind slows it down fiftyfold.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a function of an image without a runtime of AWS's finds in its environment, wherever it runs.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "ASIABENCHBENCHBENCH0"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]00000000000000000000000000000000"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_SECRET_ACCESS_KEY", "bench"),
    ("AWS_SESSION_TOKEN", "bench"),
    ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
    ("LANG", "en_US.UTF-8"),
    ("LD_LIBRARY_PATH", "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin:/opt/bin"),
    ("TZ", ":UTC"),
    ("_HANDLER", "bootstrap"),
];

/// Starts the process, gives it its events, ends it, and tells what was seen.
pub(crate) async fn measure(request: Request) -> Result<Value, String> {
    let cannot = |what: &str, error: std::io::Error| format!("cannot {what}: {error}");
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| cannot("listen on 127.0.0.1", error))?;
    let address = listener.local_addr().map_err(|error| cannot("listen on 127.0.0.1", error))?;
    let mut stdout = memory().map_err(|error| cannot("make a file for its stdout", error))?;
    let mut stderr = memory().map_err(|error| cannot("make a file for its stderr", error))?;
    let mut command = prepared(&request, address);
    command.stdout(stdout.try_clone().map_err(|error| cannot("hand out its stdout", error))?);
    command.stderr(stderr.try_clone().map_err(|error| cannot("hand out its stderr", error))?);
    let api = Rc::new(RuntimeApi::new(&request));
    tokio::task::spawn_local(Rc::clone(&api).serve(listener));

    api.begin();
    let mut child = command.spawn().map_err(|error| cannot(&format!("start {}", request.command[0]), error))?;
    let early = tokio::select! {
        biased;
        () = api.over() => None,
        ended = child.wait() => Some(how(ended)),
        () = tokio::time::sleep(PATIENCE) => Some(format!("it took longer than {} s", PATIENCE.as_secs())),
    };
    let peak = peak_kib(&child);
    let ended = end(&mut child, if early.is_none() { request.end } else { End::Kill }).await;

    let seen = api.take();
    let (stdout, stderr) = (written(&mut stdout), written(&mut stderr));
    match seen.failure.clone().or(early).or(ended.err()) {
        None => Ok(told(seen, peak, &stdout)),
        Some(why) => Err(format!("{}: {why}{}", request.command.join(" "), last_words(&stdout, &stderr))),
    }
}

/// The command in a function's environment, and in nothing else.
fn prepared(request: &Request, address: SocketAddr) -> Command {
    let mut environment: BTreeMap<String, String> =
        ENVIRONMENT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let function = request.function_arn.rsplit(':').next().unwrap_or_default();
    let folder = Path::new(&request.command[0]).parent().unwrap_or(Path::new("/"));
    environment.insert("AWS_LAMBDA_FUNCTION_NAME".to_owned(), function.to_owned());
    environment.insert("AWS_LAMBDA_LOG_GROUP_NAME".to_owned(), format!("/aws/lambda/{function}"));
    environment.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), address.to_string());
    environment.insert("LAMBDA_TASK_ROOT".to_owned(), folder.to_string_lossy().into_owned());
    // Whatever of AWS the request names no address for.
    environment.insert("AWS_ENDPOINT_URL".to_owned(), format!("http://{address}"));
    environment.extend(request.environment.clone());
    let mut command = Command::new(&request.command[0]);
    command.args(&request.command[1..]).env_clear().stdin(Stdio::null()).kill_on_drop(true);
    command.current_dir(&environment["LAMBDA_TASK_ROOT"]).envs(environment);
    command
}

/// A file for what it prints: nobody has to read along while it is measured.
fn memory() -> std::io::Result<File> {
    Ok(File::from(memfd_create("output", MemfdFlags::CLOEXEC)?))
}

fn written(file: &mut File) -> String {
    let mut read = Vec::new();
    // What cannot be read back was not printed, as far as anybody can tell.
    let _ = file.rewind().and_then(|()| file.read_to_end(&mut read));
    String::from_utf8_lossy(&read).into_owned()
}

/// The most memory that it has had, of the kernel's account of it; `None` where the kernel tells none.
fn peak_kib(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()?)).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

async fn end(child: &mut Child, how_to: End) -> Result<(), String> {
    let pid = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
    match (how_to, pid) {
        // It has ended by itself.
        (_, None) => Ok(()),
        (End::Kill, Some(_)) => child.kill().await.map_err(|error| format!("it cannot be killed: {error}")),
        (End::Terminate, Some(pid)) => {
            kill_process(pid, Signal::TERM).map_err(|error| format!("it cannot be sent SIGTERM: {error}"))?;
            match timeout(PATIENCE, child.wait()).await {
                Ok(_) => Ok(()),
                Err(_) => Err(format!("it has not ended {} s after SIGTERM", PATIENCE.as_secs())),
            }
        }
    }
}

fn how(ended: std::io::Result<ExitStatus>) -> String {
    match ended {
        Ok(status) => format!("it ended by itself, with {status}"),
        Err(error) => format!("cannot wait for its end: {error}"),
    }
}

/// The end of what it said, to go behind an error.
fn last_words(stdout: &str, stderr: &str) -> String {
    let last = |text: &str| text.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned);
    last(stderr).or_else(|| last(stdout)).map_or_else(String::new, |line| format!("; it said: {line}"))
}

fn told(seen: Seen, peak: Option<u64>, stdout: &str) -> Value {
    json!({
        "init_ns": seen.init.map(nanoseconds),
        "answers_ns": seen.answers.into_iter().map(nanoseconds).collect::<Vec<_>>(),
        "responses": seen.responses,
        "peak_kib": peak,
        "stdout": stdout.lines().collect::<Vec<_>>(),
        "calls": seen.calls,
        "events_ns": nanoseconds(seen.busy),
        "announcements": seen.calls.get("events:PutEvents").unwrap_or(&0),
    })
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
