use super::*;
use serde_json::json;

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().expect("a folder"))
    }

    fn lake(&self) -> Lake {
        Lake::open(&self.0.path().display().to_string(), self.0.path()).expect("a place")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(CRAWL).join("week").join(name)
    }
}

fn body(page: usize) -> Vec<u8> {
    format!("[{{\"id\":\"owner/model-{page}\",\"likes\":{}}}]", page * page).into_bytes()
}

/// What a crawl hands out when it is resumed: `note body` for each page.
fn replayed(journal: &mut Journal) -> Vec<String> {
    let mut pages = Vec::new();
    let kept = journal.replay(|note, body| {
        pages.push(format!("{note} {}", String::from_utf8_lossy(&body)));
        Ok::<(), JournalError>(())
    });
    assert_eq!(kept.expect("replayed"), pages.len() as u64);
    pages
}

fn expected(pages: usize) -> Vec<String> {
    (0..pages).map(|page| format!("{{\"page\":{page}}} {}", String::from_utf8_lossy(&body(page)))).collect()
}

fn append(journal: &mut Journal, pages: std::ops::Range<usize>) {
    for page in pages {
        journal.append(&json!({ "page": page }), &body(page)).expect("appended");
    }
}

/// Takes a crawl up again. A child that another test starts holds every lock of this process
/// from its fork to its exec, so a crawl that seems busy is tried again.
fn resumed(place: &Place) -> Journal {
    for _ in 0..400 {
        match place.lake().resume_crawl("week") {
            Err(JournalError::Busy { .. }) => std::thread::sleep(std::time::Duration::from_millis(5)),
            taken_up => return taken_up.expect("resumed"),
        }
    }
    panic!("the crawl stays busy")
}

/// Makes a crawl of three pages, lets somebody at its files, and says how many pages are left;
/// then checks that it goes on from there.
fn left_after(change: impl FnOnce(&Place)) -> usize {
    let place = Place::new();
    let mut journal = place.lake().begin_crawl("week", &json!({"hub": "here"})).expect("begun");
    append(&mut journal, 0..3);
    // As a kill would leave it: nothing is written when a journal is dropped.
    drop(journal);
    change(&place);
    let mut journal = resumed(&place);
    let left = replayed(&mut journal);
    assert_eq!(left, expected(left.len()));
    append(&mut journal, left.len()..5);
    drop(journal);
    let mut journal = resumed(&place);
    assert_eq!(replayed(&mut journal), expected(5));
    left.len()
}

fn bytes(path: &Path) -> Vec<u8> {
    fs::read(path).expect("read")
}

#[test]
fn a_crawl_goes_on_after_its_last_page() {
    assert_eq!(left_after(|_| ()), 3);
}

#[test]
fn a_page_torn_at_any_byte_is_cut_off_and_those_before_it_stay() {
    for name in [PAGES, JOURNAL] {
        let mut places = Vec::new();
        left_after(|place| {
            let whole = bytes(&place.file(name));
            let last = whole.len() - whole.len() / 3 - 8;
            places.extend(last..whole.len());
        });
        for length in places {
            let left = left_after(|place| {
                let file = OpenOptions::new().write(true).open(place.file(name)).expect("opened");
                file.set_len(length as u64).expect("cut");
            });
            assert!((1..=2).contains(&left), "{name} cut at {length}: {left}");
        }
    }
}

#[test]
fn a_flipped_bit_is_noticed_wherever_it_is() {
    for name in [PAGES, JOURNAL] {
        let mut length = 0;
        left_after(|place| length = bytes(&place.file(name)).len());
        for at in 0..length {
            let left = left_after(|place| {
                let mut damaged = bytes(&place.file(name));
                damaged[at] ^= 1 << (at % 8);
                fs::write(place.file(name), damaged).expect("written");
            });
            // What a frame says about its window may change without changing its page.
            assert!(left <= 3, "{name} at {at}");
            assert!(name == PAGES || left <= 2, "{name} at {at}: {left}");
        }
    }
}

#[test]
fn a_process_that_ends_between_page_and_line_has_not_committed() {
    let left = left_after(|place| {
        let mut file = OpenOptions::new().append(true).open(place.file(PAGES)).expect("opened");
        file.write_all(&entry::frame(&body(3)).expect("a frame")).expect("written");
    });
    assert_eq!(left, 3);
    let left = left_after(|place| {
        let mut file = OpenOptions::new().append(true).open(place.file(JOURNAL)).expect("opened");
        file.write_all(&Entry::line(1 << 40, &json!(null))).expect("written");
    });
    assert_eq!(left, 3);
}

#[test]
fn a_frame_that_unpacks_to_more_than_a_page_is_damage() {
    let place = Place::new();
    let mut journal = place.lake().begin_crawl("week", &json!(null)).expect("begun");
    let bomb = vec![b' '; LARGEST_PAGE];
    let said = journal.append(&json!(null), &bomb).map_err(|error| error.to_string());
    assert_eq!(said, Err("a page of 268435456 bytes is too large to keep (at most 268435456)".to_owned()));
    drop(journal);
    let frame = entry::frame(&bomb).expect("a frame");
    fs::write(place.file(PAGES), &frame).expect("written");
    fs::write(place.file(JOURNAL), Entry::line(frame.len() as u64, &json!(null))).expect("written");
    assert_eq!(replayed(&mut resumed(&place)), [""; 0]);
}

#[test]
fn the_file_of_pages_is_one_stream_of_lines() {
    let place = Place::new();
    let mut journal = place.lake().begin_crawl("week", &json!(null)).expect("begun");
    append(&mut journal, 0..3);
    journal.sync().expect("flushed");
    let unpacked = zstd::decode_all(&bytes(journal.pages_file())[..]).expect("a stream");
    let lines: Vec<Vec<u8>> = unpacked.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    assert_eq!(lines, [body(0), body(1), body(2), Vec::new()]);
}

#[test]
fn nobody_else_can_have_a_crawl_that_somebody_is_at() {
    let place = Place::new();
    let said = |outcome: Result<Journal, JournalError>| outcome.map(drop).map_err(|error| error.to_string());
    let lake = place.lake();
    let journal = lake.begin_crawl("week", &json!(null)).expect("begun");
    let busy = Err("another process is at the crawl `week`".to_owned());
    assert_eq!(said(lake.resume_crawl("week")), busy);
    assert_eq!(said(lake.begin_crawl("week", &json!(null))), busy);
    assert_eq!(lake.discard_crawl("week").map_err(|error| error.to_string()), busy);
    drop(journal);
    let exists = "there is an unfinished crawl `week` already; resume or discard it".to_owned();
    assert_eq!(said(lake.begin_crawl("week", &json!(null))), Err(exists));
    lake.discard_crawl("week").expect("removed");
    assert!(matches!(lake.resume_crawl("week"), Err(JournalError::NoSuchCrawl { .. })));
    lake.begin_crawl("week", &json!(null)).expect("begun").discard().expect("removed");
    assert_eq!(lake.unfinished_crawls().expect("listed"), []);
}

#[test]
fn a_name_is_never_a_path() {
    let place = Place::new();
    for name in ["", ".", "..", "a/b", "../a", "A", "a b", "a\0", "é"] {
        let outcome = place.lake().begin_crawl(name, &json!(null));
        assert!(matches!(outcome, Err(JournalError::Name(_))), "{name:?}");
    }
}

#[test]
fn unfinished_crawls_are_listed_and_leftovers_are_not() {
    let place = Place::new();
    let lake = place.lake();
    for name in ["b", "a"] {
        let mut journal = lake.begin_crawl(name, &json!({ "of": name })).expect("begun");
        append(&mut journal, 0..2);
    }
    fs::create_dir_all(place.0.path().join(CRAWL).join("no-plan")).expect("made");
    let found = lake.unfinished_crawls().expect("listed");
    let of = |name: &str| Unfinished { name: name.to_owned(), plan: json!({ "of": name }), pages: 2 };
    assert_eq!(found, [of("a"), of("b")]);
    assert_eq!(lake.dates().expect("listed"), []);
    drop(lake.stage().expect("staged"));
    assert_eq!(lake.unfinished_crawls().expect("listed").len(), 2);
}

#[test]
fn whoever_cannot_take_a_page_loses_none() {
    let place = Place::new();
    let mut journal = place.lake().begin_crawl("week", &json!(null)).expect("begun");
    append(&mut journal, 0..3);
    let refused = journal.replay(|_, _| Err(JournalError::Name("no".into())));
    assert!(refused.is_err());
    assert_eq!(replayed(&mut journal), expected(3));
}

#[cfg(unix)]
#[test]
fn a_page_that_does_not_fit_on_the_disk_is_not_there() {
    let place = Place::new();
    let mut journal = place.lake().begin_crawl("week", &json!(null)).expect("begun");
    append(&mut journal, 0..2);
    // A file that nothing can be written to stands for a full disk.
    let notes = std::mem::replace(&mut journal.notes, File::open(place.file(JOURNAL)).expect("opened"));
    let said = journal.append(&json!(null), &body(2)).expect_err("refused").to_string();
    assert_eq!(said, format!("cannot write `{}`", place.file(JOURNAL).display()));
    journal.notes = notes;
    append(&mut journal, 2..3);
    assert_eq!(replayed(&mut journal), expected(3));
}

/// Where [`appends_until_it_is_killed`] is to keep its crawl.
const VICTIM: &str = "LINEAL_TEST_CRAWL";

/// Does nothing, unless the test below runs it in a process of its own.
#[test]
fn appends_until_it_is_killed() {
    let Some(folder) = std::env::var_os(VICTIM) else { return };
    let folder = PathBuf::from(folder);
    let lake = Lake::open(&folder.display().to_string(), &folder).expect("a place");
    let mut journal = match lake.resume_crawl("week") {
        Ok(journal) => journal,
        Err(_) => lake.begin_crawl("week", &json!(null)).expect("begun"),
    };
    let first = replayed(&mut journal).len();
    append(&mut journal, first..1_000_000);
}

#[test]
fn whoever_is_killed_at_any_moment_leaves_whole_pages_and_loses_none() {
    let place = Place::new();
    let binary = std::env::current_exe().expect("this binary");
    let mut before = 0;
    for round in 0..12 {
        let mut child = std::process::Command::new(&binary)
            .args(["--exact", "journal::tests::appends_until_it_is_killed"])
            .env(VICTIM, place.0.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("started");
        std::thread::sleep(std::time::Duration::from_millis(30 + round * 17));
        child.kill().expect("killed");
        child.wait().expect("ended");
        let listed = place.lake().unfinished_crawls().expect("listed").first().map_or(0, |crawl| crawl.pages);
        let left = match place.lake().resume_crawl("week") {
            Ok(mut journal) => replayed(&mut journal),
            // Killed before it had begun.
            Err(JournalError::NoSuchCrawl { .. }) => Vec::new(),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(left, expected(left.len()));
        assert_eq!(left.len() as u64, listed, "a page was committed and lost");
        assert!(left.len() >= before);
        before = left.len();
    }
    assert!(before > 0);
}
