//! Which models were updated, and by which commits? (study, section 5.2)
//!
//! A model is *updated* if it has at least one commit after the initial uploads that is not
//! documentation only and whose title shows the intent to update, to fix, or to keep a checkpoint. So says
//! the study, which published neither its words nor its code. Ours, in full:
//!
//! **Initial uploads.** They begin with the first commit that is neither the hub's own `initial commit` nor
//! documentation only, and end before the first commit that comes more than [`PAUSE`] after the one
//! before it, or more than [`LONGEST`] after the first. Everything before them counts as initial too. In the
//! weight commits of 1,031 models, pauses of four to eight hours are the rarest of all up to a month:
//! shorter ones lie within a sitting, longer ones between two. 99 % of first sittings end within
//! eight hours, and two last longer than a day. Time is taken to pass only forward, and a commit without a
//! date is as old as the one before it.
//!
//! **Brought along.** Commits dated before the model was created came with it, from where it was
//! duplicated or from a local history. They are never updates; if there are any but a first one, the initial
//! uploads begin when the model was created. Where the Hub did not note when that was (before March 2022),
//! none is taken for one.
//!
//! **Documentation only**, by its title: the title names something that documents, and nothing else. File
//! names decide by [`FileKind`]; where there are none, `DOCUMENTS` and `THINGS` do. A title is judged part
//! by part, cut at commas, `and`, `&` and the like, and one part that names a thing is enough.
//! In a part, what is named first counts, and a thing directly before a documenting word is described by
//! it (`model card`).
//!
//! **By its files**, where the trees at two commits are known: if nothing but documentation differs, or
//! nothing at all, then every commit between the two is documentation only, whatever its title. If something
//! else differs although all titles between speak of documentation only, none of them is believed.
//!
//! **Intent.** The words of `INTENTS`, whole or by their beginning, in any case, and versions: `v2`,
//! `1.5.1`, `model 1.5`. What adds, uploads, converts, renames, moves, deletes or merges shows none:
//! `Upload folder using huggingface_hub` may be anything. If a title shows several intents, the first of the
//! table counts. Where files differ and no title says so, the change is *unsaid*: counted apart, no update.

mod files;
mod tally;
mod title;

pub use files::{FileKind, FileKinds, Tree};
pub use tally::{Found, NotUpdated, Parts, Tally, Update, Updates};
pub use title::Title;

use crate::{reading::Commit, record::NOTED_SINCE};
use serde::{Serialize, Serializer};
use std::{collections::HashMap, ops::Range};

/// How long a pause ends the initial uploads, in milliseconds.
pub const PAUSE: i64 = 8 * HOUR;
/// How long initial uploads can last, in milliseconds.
pub const LONGEST: i64 = 24 * HOUR;

const HOUR: i64 = 3600 * 1000;
/// How much earlier than the model its own first commit can be dated.
const TOLERANCE: i64 = 60 * 1000;

/// What a commit is meant for, by its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Intent {
    /// To keep a state of training.
    Checkpoint,
    /// To put something right, or back.
    Fix,
    /// To make something newer or better.
    Update,
}

impl Intent {
    pub const ALL: [Intent; 3] = [Intent::Checkpoint, Intent::Fix, Intent::Update];

    pub fn as_str(self) -> &'static str {
        match self {
            Intent::Checkpoint => "checkpoint",
            Intent::Fix => "fix",
            Intent::Update => "update",
        }
    }
}

impl Serialize for Intent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What is looked for in a title.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keyword {
    /// A whole word.
    Word(&'static str),
    /// How a word begins.
    Stem(&'static str),
    /// Words, one directly after another.
    Phrase(&'static [&'static str]),
    /// A word beside a number.
    Numbered(&'static str),
}

use Keyword::{Numbered, Phrase, Stem, Word};

/// The words that show an intent.
pub(crate) const INTENTS: &[(Intent, &[Keyword])] = &[
    (
        Intent::Checkpoint,
        &[
            Stem("checkpoint"),
            Word("ckpt"),
            Word("ckpts"),
            Phrase(&["training", "in", "progress"]),
            Phrase(&["end", "of", "training"]),
            Phrase(&["training", "complete"]),
            Phrase(&["training", "completed"]),
            Phrase(&["training", "done"]),
            Phrase(&["training", "finished"]),
            Phrase(&["model", "save"]),
            Stem("continu"),
            Word("longer"),
            Numbered("epoch"),
            Numbered("epochs"),
            Numbered("step"),
            Numbered("steps"),
            Numbered("iter"),
            Numbered("iters"),
            Numbered("iteration"),
            Numbered("iterations"),
        ],
    ),
    (
        Intent::Fix,
        &[
            Word("fix"),
            Word("fixed"),
            Word("fixes"),
            Word("fixing"),
            Stem("bugfix"),
            Stem("hotfix"),
            Word("bug"),
            Word("bugs"),
            Word("correct"),
            Word("corrected"),
            Word("correcting"),
            Stem("correction"),
            Stem("repair"),
            Word("patch"),
            Word("patched"),
            Stem("resolve"),
            Stem("revert"),
            Word("rollback"),
            Word("undo"),
            Word("wrong"),
        ],
    ),
    (
        Intent::Update,
        &[
            Stem("updat"),
            Stem("upgrad"),
            Stem("improv"),
            Stem("enhanc"),
            Stem("retrain"),
            Stem("refresh"),
            Stem("replac"),
            Stem("revis"),
            Stem("modif"),
            Word("change"),
            Word("changed"),
            Word("changes"),
            Word("changing"),
            Stem("adjust"),
            Stem("overwr"),
            Stem("rewr"),
            Stem("rework"),
            Stem("refactor"),
            Stem("optimiz"),
            Stem("optimis"),
            Stem("tweak"),
            Stem("bump"),
            Stem("reupload"),
            Phrase(&["re", "upload"]),
            Phrase(&["re", "uploaded"]),
            Phrase(&["re", "trained"]),
            Phrase(&["re", "train"]),
            Word("newer"),
            Word("latest"),
            Word("better"),
            Phrase(&["second", "version"]),
            Phrase(&["new", "version"]),
            Phrase(&["new", "model"]),
            Phrase(&["new", "weights"]),
            Phrase(&["new", "tokenizer"]),
            Phrase(&["new", "config"]),
        ],
    ),
];

/// Words for what documents: the model, its training, or the repository.
pub(crate) const DOCUMENTS: &[Keyword] = &[
    Stem("readme"),
    Word("card"),
    Word("cards"),
    Word("modelcard"),
    Word("doc"),
    Word("docs"),
    Stem("documentation"),
    Stem("licens"),
    Stem("licenc"),
    Word("typo"),
    Word("typos"),
    Stem("citation"),
    Word("cite"),
    Word("bibtex"),
    Stem("description"),
    Word("metadata"),
    Word("tag"),
    Word("tags"),
    Stem("badge"),
    Word("banner"),
    Word("logo"),
    Word("images"),
    Word("img"),
    Stem("picture"),
    Stem("figure"),
    Stem("screenshot"),
    Stem("thumbnail"),
    Word("link"),
    Word("links"),
    Word("url"),
    Stem("widget"),
    Word("gitattributes"),
    Word("gitignore"),
    Word("changelog"),
    Stem("acknowledg"),
    Stem("disclaimer"),
    Word("paper"),
    Word("arxiv"),
    Word("results"),
    Stem("leaderboard"),
    Stem("benchmark"),
    Word("metrics"),
    Word("demo"),
    Word("usage"),
    Word("logs"),
    Stem("tensorboard"),
];

/// Words for what a model is made of.
pub(crate) const THINGS: &[Keyword] = &[
    Word("model"),
    Word("models"),
    Word("weight"),
    Word("weights"),
    Stem("checkpoint"),
    Word("ckpt"),
    Stem("tokeniz"),
    Stem("tokenis"),
    Stem("vocab"),
    Stem("config"),
    Stem("template"),
    Stem("safetensor"),
    Word("gguf"),
    Word("ggml"),
    Word("onnx"),
    Word("pytorch"),
    Word("tensorflow"),
    Word("tf"),
    Word("flax"),
    Stem("adapter"),
    Word("lora"),
    Stem("quant"),
    Stem("param"),
    Stem("encod"),
    Stem("decod"),
    Stem("pipeline"),
    Stem("process"),
    Stem("preprocess"),
    Stem("schedul"),
    Word("vae"),
    Word("unet"),
    Stem("embed"),
    Word("code"),
    Stem("script"),
    Stem("handler"),
    Word("file"),
    Word("files"),
    Stem("train"),
    Stem("modeling"),
    Stem("architect"),
    Word("agent"),
    Word("epoch"),
    Word("step"),
    Word("fp16"),
    Word("bf16"),
    Word("fp32"),
    Word("int8"),
    Word("4bit"),
    Word("8bit"),
];

/// All files of a model at one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeAt {
    pub commit: [u8; 20],
    pub tree: Tree,
}

/// What is known of how a model came to be.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// Milliseconds since 1970, UTC.
    pub created: Option<i64>,
    /// Newest first.
    pub commits: &'a [Commit],
    /// The trees that are known, in any order.
    pub trees: &'a [TreeAt],
}

/// What differs between two commits of a history, with none between them whose tree is known.
struct Change {
    /// The places of the commits that made the difference.
    commits: Range<usize>,
    kinds: FileKinds,
}

impl History<'_> {
    /// Compares each known tree with the next.
    fn changes(&self) -> Vec<Change> {
        if self.trees.len() < 2 {
            return Vec::new();
        }
        let places: HashMap<[u8; 20], usize> =
            self.commits.iter().enumerate().map(|(at, commit)| (commit.id, at)).collect();
        let known = self.trees.iter().filter_map(|tree| Some((*places.get(&tree.commit)?, tree.tree)));
        let mut known: Vec<(usize, Tree)> = known.collect();
        known.sort_by_key(|(place, _)| *place);
        known.dedup_by_key(|(place, _)| *place);
        let change = |pair: &[(usize, Tree)]| Change {
            commits: pair[0].0..pair[1].0,
            kinds: pair[0].1.changed(&pair[1].1),
        };
        known.windows(2).map(change).collect()
    }
}

/// What a commit is in the history of its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Older than the model itself.
    BroughtAlong,
    /// One of the initial uploads, or before them.
    Initial,
    Documentation,
    /// A change whose title shows no intent to update, fix or keep a checkpoint.
    Unmarked,
    Update(Intent, Evidence),
}

/// By what a commit was found not to be documentation only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    Title,
    /// The trees before and after differ in these kinds of files, and more than its title admits.
    Files(FileKinds),
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Evidence::Title => serializer.serialize_str("title"),
            Evidence::Files(_) => serializer.serialize_str("files"),
        }
    }
}

/// Tells what each commit of a history is, in the order of its commits.
pub fn roles(history: &History) -> Vec<Role> {
    let by_files = by_files(history);
    let mut uploads = Uploads::new(history);
    let mut roles: Vec<Role> = vec![Role::Initial; history.commits.len()];
    for at in (0..history.commits.len()).rev() {
        // Most commits are initial uploads, of which no title need be read.
        let title = || Title::of(&history.commits[at].title);
        let known = by_files.get(&at).copied();
        let is_documentation = || match known {
            Some(kinds) => kinds.are_documentation_only(),
            None => title().is_documentation,
        };
        roles[at] = match uploads.place(at, is_documentation) {
            Place::Before => Role::BroughtAlong,
            Place::Within => Role::Initial,
            Place::After => role(title(), known),
        };
    }
    roles
}

/// Returns the role of a commit after the initial uploads, by its title, and by files where they tell more.
fn role(title: Title, files: Option<FileKinds>) -> Role {
    let is_documentation = files.map_or(title.is_documentation, FileKinds::are_documentation_only);
    match title.intent {
        _ if is_documentation => Role::Documentation,
        Some(intent) => Role::Update(intent, files.map_or(Evidence::Title, Evidence::Files)),
        None => Role::Unmarked,
    }
}

/// Returns the kinds of files that differ without any title saying so: made different by commits that
/// all came after the initial uploads and of which none is an update.
pub fn unsaid(history: &History, roles: &[Role]) -> FileKinds {
    let mut unsaid = FileKinds::default();
    for Change { commits, kinds } in history.changes() {
        let is_after = |role: &Role| matches!(role, Role::Documentation | Role::Unmarked);
        if !kinds.are_documentation_only() && roles[commits].iter().all(is_after) {
            kinds.iter().for_each(|kind| unsaid.insert(kind));
        }
    }
    unsaid
}

/// What files tell of commits, where they tell more than titles do.
fn by_files(history: &History) -> HashMap<usize, FileKinds> {
    let mut told = HashMap::new();
    for Change { commits, kinds } in history.changes() {
        let says_documentation = |commit: &Commit| Title::of(&commit.title).is_documentation;
        if kinds.are_documentation_only() || history.commits[commits.clone()].iter().all(says_documentation) {
            told.extend(commits.map(|at| (at, kinds)));
        }
    }
    told
}

/// Where a commit stands to the initial uploads.
enum Place {
    Before,
    Within,
    After,
}

/// The initial uploads of a model, followed from its oldest commit on.
struct Uploads<'a> {
    history: &'a History<'a>,
    /// When the model was created, if that was noted.
    created: Option<i64>,
    now: i64,
    /// When they began, and when the last of them was.
    sitting: Option<(i64, i64)>,
    is_over: bool,
}

impl<'a> Uploads<'a> {
    fn new(history: &'a History<'a>) -> Uploads<'a> {
        let created = history.created.filter(|created| *created > NOTED_SINCE);
        let before = |commit: &&Commit| is_before(commit, created);
        // A local history's first commit is made before anything is published.
        let several = history.commits.iter().filter(before).nth(1).is_some();
        let sitting = created.filter(|_| several).map(|created| (created, created));
        Uploads { history, created, now: i64::MIN, sitting, is_over: false }
    }

    fn place(&mut self, at: usize, is_documentation: impl FnOnce() -> bool) -> Place {
        let commit = &self.history.commits[at];
        if is_before(commit, self.created) {
            return Place::Before;
        }
        self.now = self.now.max(commit.date.unwrap_or(self.now));
        if self.is_over {
            return Place::After;
        }
        match &mut self.sitting {
            None if is_birth(commit) || is_documentation() => {}
            None => self.sitting = Some((self.now, self.now)),
            Some((first, last)) => {
                let pause = self.now.saturating_sub(*last);
                let length = self.now.saturating_sub(*first);
                self.is_over = pause > PAUSE || length > LONGEST;
                *last = (*last).max(self.now);
            }
        }
        if self.is_over { Place::After } else { Place::Within }
    }
}

fn is_before(commit: &Commit, created: Option<i64>) -> bool {
    commit.date.zip(created).is_some_and(|(date, created)| date < created.saturating_sub(TOLERANCE))
}

/// Whether this is the commit with which a hub starts a repository.
fn is_birth(commit: &Commit) -> bool {
    commit.title.trim().eq_ignore_ascii_case("initial commit")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREATED: i64 = 1_700_000_000_000;

    /// Reads commits, oldest first, one a line: hours after the model was created, and the title; and
    /// trees: the number of a commit, and the content of each file.
    fn check_with_files(commits: &str, trees: &[(u8, &[(&str, &str)])], expected: &[&str]) {
        let lines = commits.lines().map(str::trim).filter(|line| !line.is_empty());
        let commit = |(number, line): (u8, &str)| {
            let (hours, title) = line.split_once(' ').expect("hours and a title");
            let date = hours.parse::<f64>().ok().map(|hours| CREATED + (hours * HOUR as f64) as i64);
            Commit { id: [number; 20], title: title.to_owned(), message: None, authors: Vec::new(), date }
        };
        let mut commits: Vec<Commit> = (0..).zip(lines).map(commit).collect();
        commits.reverse();
        let tree = |(number, files): &(u8, &[(&str, &str)])| {
            let mut tree = Tree::default();
            files.iter().for_each(|(path, content)| tree.add(1, path, content.as_bytes()));
            TreeAt { commit: [*number; 20], tree }
        };
        let trees: Vec<TreeAt> = trees.iter().map(tree).collect();
        let history = History { created: Some(CREATED), commits: &commits, trees: &trees };
        let roles = roles(&history);
        let word = |role: &Role| match role {
            Role::BroughtAlong => "brought".to_owned(),
            Role::Initial => "initial".to_owned(),
            Role::Documentation => "documentation".to_owned(),
            Role::Unmarked => "unmarked".to_owned(),
            Role::Update(intent, Evidence::Title) => intent.as_str().to_owned(),
            Role::Update(intent, Evidence::Files(kinds)) => {
                let kinds: Vec<&str> = kinds.iter().map(FileKind::as_str).collect();
                format!("{} by {}", intent.as_str(), kinds.join(" "))
            }
        };
        let mut words: Vec<String> = roles.iter().rev().map(word).collect();
        let unsaid = unsaid(&history, &roles);
        words.extend((!unsaid.is_empty()).then(|| format!("unsaid {}", unsaid.iter().count())));
        assert_eq!(words, expected, "{commits:#?}");
    }

    fn check(commits: &str, expected: &[&str]) {
        check_with_files(commits, &[], expected);
    }

    #[test]
    fn initial_uploads_last_until_the_first_long_pause() {
        check(
            "
            0   initial commit
            0.1 Upload model
            3   Update config.json
            10  Training in progress, step 500
            19  Update config.json
            20  Update README.md
            500 Upload folder using huggingface_hub
            ",
            &["initial", "initial", "initial", "initial", "update", "documentation", "unmarked"],
        );
    }

    #[test]
    fn uploads_begin_with_the_first_that_is_more_than_documentation() {
        check(
            "
            0   initial commit
            48  Update README.md
            90  Upload model
            91  Update config.json
            100 Fix config
            ",
            &["initial", "initial", "initial", "initial", "fix"],
        );
    }

    #[test]
    fn uploads_without_end_are_initial_for_a_day() {
        let commits: String = (0..10).map(|at| format!("{} Training in progress\n", at * 5)).collect();
        let mut expected = vec!["initial"; 5];
        expected.extend(["checkpoint"; 5]);
        check(&commits, &expected);
    }

    #[test]
    fn what_a_duplicate_brought_along_is_no_update_of_it() {
        check(
            "
            -900 initial commit
            -899 Upload model
            -300 Update config.json
            0.1  Update README.md
            2    Update config.json
            50   Update config.json
            ",
            &["brought", "brought", "brought", "initial", "initial", "update"],
        );
    }

    #[test]
    fn a_commit_without_a_date_is_as_old_as_the_one_before_and_time_never_goes_back() {
        check(
            "
            0      Upload model
            ?      Update config.json
            99     Update config.json
            3      Fix config
            ",
            &["initial", "initial", "update", "fix"],
        );
    }

    const BEFORE: &[(&str, &str)] = &[("README.md", "1"), ("model.safetensors", "1")];

    #[test]
    fn files_tell_documentation_whatever_the_titles_say() {
        let commits = "
            0   Upload model
            50  Update model
            60  Fix tokenizer
            70  Update model
        ";
        let documented: &[(&str, &str)] = &[("README.md", "2"), ("model.safetensors", "1")];
        let expected = ["initial", "documentation", "documentation", "update"];
        check_with_files(commits, &[(2, documented), (0, BEFORE)], &expected);
    }

    #[test]
    fn files_refute_titles_that_speak_of_documentation_only() {
        let commits = "
            0   Upload model
            50  Update README.md
        ";
        let trained: &[(&str, &str)] = &[("README.md", "2"), ("model.safetensors", "2")];
        let expected = ["initial", "update by weights documentation"];
        check_with_files(commits, &[(0, BEFORE), (1, trained)], &expected);
    }

    #[test]
    fn what_no_title_says_is_unsaid() {
        let commits = "
            0   Upload model
            50  Upload folder using huggingface_hub
        ";
        let trained: &[(&str, &str)] = &[("README.md", "1"), ("model.safetensors", "2")];
        check_with_files(commits, &[(0, BEFORE), (1, trained)], &["initial", "unmarked", "unsaid 1"]);
    }

    #[test]
    fn a_tree_of_a_commit_that_is_gone_tells_nothing() {
        let trained: &[(&str, &str)] = &[("model.safetensors", "2")];
        check_with_files(
            "0 Upload model\n50 Update README.md",
            &[(9, BEFORE), (1, trained)],
            &["initial", "documentation"],
        );
    }

    proptest::proptest! {
        #[test]
        fn initial_uploads_never_come_after_what_follows_them(
            commits in proptest::collection::vec((-9_i64..2_000, 0..5_usize), 0..20)
        ) {
            const TITLES: [&str; 5] = ["initial commit", "Upload model", "Update README.md", "Fix config", "Update config.json"];
            let commit = |(hours, title): &(i64, usize)| Commit {
                id: [0; 20],
                title: TITLES[*title].to_owned(),
                message: None,
                authors: Vec::new(),
                date: (*hours < 1_900).then_some(CREATED + hours * HOUR),
            };
            let commits: Vec<Commit> = commits.iter().map(commit).collect();
            let roles = roles(&History { created: Some(CREATED), commits: &commits, trees: &[] });
            let own = roles.iter().rev().filter(|role| **role != Role::BroughtAlong);
            let later = own.skip_while(|role| **role == Role::Initial);
            proptest::prop_assert!(later.into_iter().all(|role| *role != Role::Initial));
        }
    }
}
