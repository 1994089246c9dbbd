//! A disk that is really full: a small file system in memory, which grows again.

use crate::{
    crash::Running,
    support::{batch::View, client},
};
use std::{path::Path, process::Command};

/// A file system of its own for one test, which ends with it.
struct Disk(tempfile::TempDir);

impl Disk {
    /// None where nothing can be mounted.
    fn of(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let is_done = mount(&["-t", "tmpfs", "-o", &format!("size={mebibytes}m"), "tmpfs"], folder.path());
        is_done.then_some(Self(folder))
    }

    fn grow(&self, mebibytes: u32) {
        assert!(mount(&["-o", &format!("remount,size={mebibytes}m")], self.0.path()), "it grows");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

fn mount(how: &[&str], at: &Path) -> bool {
    Command::new("mount").args(how).arg(at).status().is_ok_and(|status| status.success())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow"]
async fn a_disk_that_is_full_sends_players_away_until_there_is_room() {
    let Some(disk) = Disk::of(24) else {
        eprintln!("left out: nothing can be mounted here");
        return;
    };
    let server = Running::start(disk.0.path());
    let (http, url) = (client(), format!("{}/engage/record", server.url));
    let send = async || {
        let mut view = View::of("demoTourOfCuepoint0001");
        // Long words fill it sooner.
        let mut events = view.watching(5_000);
        events.extend((0..90).map(|i| view.watched(6_000 + i, i * 10, i * 10 + 5)));
        let answer = http.post(&url).body(view.batch(&events).to_string()).send().await.expect("an answer");
        let waits = answer.headers().contains_key("retry-after");
        (answer.status().as_u16(), waits)
    };
    let mut taken = 0;
    let full = loop {
        match send().await {
            (200, _) => taken += 1,
            other => break other,
        }
        assert!(taken < 20_000, "it is never full");
    };
    assert_eq!(full, (503, true), "after {taken} batches");
    let page = http.get(format!("{}/video/play/demoTourOfCuepoint0001", server.url)).send().await.expect("an answer");
    assert_eq!(page.status(), 200, "pages are served meanwhile");
    disk.grow(96);
    // A writer that has failed may rest for a moment.
    let mut again = send().await;
    for _ in 0..20 {
        if again.0 == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        again = send().await;
    }
    assert_eq!(again.0, 200, "it recovers by itself");
    let rows = crate::crash::stored(disk.0.path()).await;
    assert!(rows.len() >= (taken + 1) * 93, "{} rows of {} batches", rows.len(), taken + 1);
}
