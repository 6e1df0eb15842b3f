//! The sample events in `events/` are what they say they are.

use std::fs;
use std::path::{Path, PathBuf};

use aws::function_url;
use serde_json::Value;
use tag_state::approval::Claim;
use tag_state::settings::Settings;
use tag_state::wake::Wake;

fn samples() -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let read = fs::read_dir(folder).expect("a folder");
        let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    let files = entries(&root).into_iter().filter(|path| path.is_dir()).flat_map(|folder| entries(&folder));
    files
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a sample");
            let name = path.strip_prefix(&root).expect("below events").display().to_string();
            (name, serde_json::from_str(&text).expect("JSON"))
        })
        .collect()
}

fn settings() -> Settings {
    let options = "-Drdsecho.name=dev -Drdsecho.snapshot.dbInstanceIdentifier=production \
                   -Drdsecho.promote.cname=db.example.com -Drdsecho.promote.hostedZoneId=Z1 \
                   -Drdsecho.promote.approval=none";
    Settings::from_options(options).expect("right settings")
}

#[test]
fn every_function_has_samples_and_each_wakes_it_as_its_name_says() {
    let settings = settings();
    let samples = samples();
    for function in ["new", "modify", "reboot", "request-approval", "approve", "promote", "retire"] {
        let folder = format!("{function}/");
        assert!(samples.iter().any(|(name, _)| name.starts_with(&folder)), "{function} has none");
    }
    for (name, event) in samples.iter().filter(|(name, _)| !name.starts_with("approve/")) {
        let wake = Wake::parse(&settings, event);
        let file = name.split('/').next_back().unwrap_or(name);
        let is_as_named = match &wake {
            Wake::All => file == "schedule.json",
            Wake::Snapshot { .. } => file.starts_with("snapshot-"),
            Wake::Foreign { .. } => file.starts_with("foreign-"),
            Wake::Instance { .. } => {
                file != "schedule.json" && !file.starts_with("snapshot-") && !file.starts_with("foreign-")
            }
        };
        assert!(is_as_named, "{name} is {wake:?}");
    }
}

#[test]
fn the_page_is_asked_for_with_and_without_a_token() {
    for (name, event) in samples().iter().filter(|(name, _)| name.starts_with("approve/")) {
        let request = function_url::request(event);
        let method = if name.contains("post-") { "POST" } else { "GET" };
        assert_eq!(request.method, method, "{name}");
        let has_form = Claim::parse(request.path.trim_start_matches('/')).is_some();
        assert_eq!(has_form, name.contains("forged"), "{name}");
    }
}
