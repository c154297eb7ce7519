//! What is a file of a repository for, and which kinds of files differ between two commits?
//!
//! A file is judged by its path alone: by its name first, then by where it lies, then by what its
//! name ends in. A chat template inside `tokenizer_config.json` cannot be told from the rest of it,
//! so that file is one of the tokenizer's.

use foldhash::quality::FixedState;
use serde::{Serialize, Serializer};
use std::hash::BuildHasher;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// What was learnt, in any format, with its index.
    Weights,
    /// How a conversation becomes text.
    Template,
    /// How text becomes tokens.
    Tokenizer,
    /// How the model is built and run: settings, and code.
    Configuration,
    /// What describes the model, its training or the repository: nothing that is loaded.
    Documentation,
    /// Anything else, such as data, or what training needs to go on.
    Other,
}

impl FileKind {
    pub const ALL: [FileKind; 6] = [
        FileKind::Weights,
        FileKind::Template,
        FileKind::Tokenizer,
        FileKind::Configuration,
        FileKind::Documentation,
        FileKind::Other,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            FileKind::Weights => "weights",
            FileKind::Template => "template",
            FileKind::Tokenizer => "tokenizer",
            FileKind::Configuration => "configuration",
            FileKind::Documentation => "documentation",
            FileKind::Other => "other",
        }
    }

    /// Returns what the file at this path is for.
    pub fn of(path: &str) -> FileKind {
        let path = path.to_ascii_lowercase();
        let name = path.rsplit('/').next().unwrap_or_default();
        let folders = path.strip_suffix(name).unwrap_or_default();
        let lies_in = |folder: &str| folders.split('/').any(|part| part == folder);
        let named = NAMES.iter().find(|(_, names)| names.contains(&name));
        if let Some((kind, _)) = named {
            return *kind;
        }
        let located = FOLDERS.iter().find(|(_, folder)| lies_in(folder));
        if let Some((kind, _)) = located {
            return *kind;
        }
        let begins = BEGINNINGS.iter().find(|(_, beginning)| name.starts_with(beginning));
        if let Some((kind, _)) = begins {
            return *kind;
        }
        let ends = |ending: &str| name.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.'));
        let ending = ENDINGS.iter().find(|(_, endings)| endings.iter().any(|ending| ends(ending)));
        ending.map_or(FileKind::Other, |(kind, _)| *kind)
    }
}

impl Serialize for FileKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Files known by their whole name, in lower case.
const NAMES: &[(FileKind, &[&str])] = &[
    (FileKind::Template, &["chat_template.jinja", "chat_template.json"]),
    (
        FileKind::Tokenizer,
        &[
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt",
            "bpe.codes",
            "tekken.json",
            "dict.txt",
        ],
    ),
    (
        FileKind::Documentation,
        &[
            ".gitattributes",
            "gitattributes",
            ".gitignore",
            ".ds_store",
            "all_results.json",
            "eval_results.json",
            "train_results.json",
            "test_results.json",
            "predict_results.json",
            "results.json",
            "trainer_state.json",
            "trainer_log.jsonl",
            "model-index.json",
            "system_info.txt",
            "git.diff",
        ],
    ),
    (FileKind::Configuration, &["requirements.txt", "dockerfile", "modelfile", "makefile"]),
    (
        FileKind::Other,
        &[
            "training_args.bin",
            "optimizer.bin",
            "optimizer.pt",
            "policy.optimizer.pth",
            "actor.optimizer.pth",
            "critic.optimizer.pth",
            "scheduler.bin",
            "scheduler.pt",
            "scaler.pt",
            "rng_state.pth",
        ],
    ),
];

/// Folders whose files are of one kind, whatever they are called.
const FOLDERS: &[(FileKind, &str)] = &[
    (FileKind::Template, "additional_chat_templates"),
    (FileKind::Documentation, "runs"),
    (FileKind::Documentation, "wandb"),
    (FileKind::Documentation, ".github"),
];

/// How files of one kind begin, whatever follows.
const BEGINNINGS: &[(FileKind, &str)] = &[
    (FileKind::Documentation, "readme"),
    (FileKind::Documentation, "license"),
    (FileKind::Documentation, "licence"),
    (FileKind::Documentation, "notice"),
    (FileKind::Documentation, "citation"),
    (FileKind::Documentation, "changelog"),
    (FileKind::Documentation, "copying"),
    (FileKind::Documentation, "use_policy"),
    (FileKind::Documentation, "usage_policy"),
    (FileKind::Documentation, "events.out.tfevents"),
    (FileKind::Other, "rng_state_"),
    (FileKind::Other, "random_states_"),
];

/// What follows the last dots of a name; the first that fits decides.
const ENDINGS: &[(FileKind, &[&str])] = &[
    (FileKind::Template, &["jinja", "jinja2"]),
    (
        FileKind::Weights,
        &[
            "safetensors.index.json",
            "bin.index.json",
            "safetensors",
            "bin",
            "gguf",
            "ggml",
            "pt",
            "pth",
            "pt2",
            "ckpt",
            "onnx",
            "onnx_data",
            "onnx.data",
            "h5",
            "hdf5",
            "keras",
            "msgpack",
            "flax",
            "tflite",
            "pb",
            "mlmodel",
            "mlpackage",
            "nemo",
            "npz",
            "npy",
            "pkl",
            "pickle",
            "joblib",
            "params",
            "llamafile",
            "engine",
            "task",
            "litertlm",
            "dduf",
            "weight",
            "weights",
            // What reinforcement learning makes is published as archives.
            "zip",
            "tar",
            "tar.gz",
            "tgz",
            "7z",
            "rar",
        ],
    ),
    (FileKind::Tokenizer, &["model", "tiktoken", "spm", "vocab"]),
    (
        FileKind::Documentation,
        &[
            "md", "rst", "txt", "pdf", "html", "ipynb", "log", "png", "jpg", "jpeg", "gif", "svg", "webp",
            "bmp", "ico", "mp3", "wav", "flac", "ogg", "mp4", "webm", "mov", "cff", "bib",
        ],
    ),
    (
        FileKind::Configuration,
        &[
            "json", "yaml", "yml", "toml", "ini", "cfg", "conf", "config", "py", "cpp", "cu", "h", "sh",
            "js", "ts",
        ],
    ),
];

/// Some kinds of files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FileKinds(u8);

impl FileKinds {
    pub fn insert(&mut self, kind: FileKind) {
        self.0 |= 1 << kind as u8;
    }

    pub fn contains(self, kind: FileKind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds, in the order of [`FileKind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = FileKind> {
        FileKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// Whether no file but documentation is among them; so it is where there is none at all.
    pub fn are_documentation_only(self) -> bool {
        self.iter().all(|kind| kind == FileKind::Documentation)
    }
}

impl FromIterator<FileKind> for FileKinds {
    fn from_iter<I: IntoIterator<Item = FileKind>>(kinds: I) -> FileKinds {
        let mut all = FileKinds::default();
        kinds.into_iter().for_each(|kind| all.insert(kind));
        all
    }
}

impl Serialize for FileKinds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// All files of a repository at one commit, as a number for each kind: two trees whose numbers are
/// equal have the same files of that kind. A tree takes 48 bytes, however many files it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tree([u64; FileKind::ALL.len()]);

impl Tree {
    /// Adds a file. Its content is known by any bytes that change with it, such as its hash. Trees
    /// are compared only if they have the same seed, which nobody who chooses files may know.
    pub fn add(&mut self, seed: u64, path: &str, content: &[u8]) {
        let hash = FixedState::with_seed(seed).hash_one((path, content));
        let sum = &mut self.0[FileKind::of(path) as usize];
        // A sum, as the files may come in any order.
        *sum = sum.wrapping_add(hash);
    }

    /// Returns the kinds of files that were added, removed or changed between two trees.
    pub fn changed(&self, other: &Tree) -> FileKinds {
        let differs = |kind: &FileKind| self.0[*kind as usize] != other.0[*kind as usize];
        FileKind::ALL.into_iter().filter(differs).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: FileKind, paths: &[&str]) {
        for path in paths {
            assert_eq!(FileKind::of(path), kind, "{path}");
        }
    }

    #[test]
    fn a_file_is_judged_by_its_path() {
        check(
            FileKind::Weights,
            &[
                "model.safetensors",
                "model-00001-of-00004.safetensors",
                "model.safetensors.index.json",
                "pytorch_model.bin.index.json",
                "adapter_model.bin",
                "onnx/model_quantized.onnx",
                "ggml-model-Q4_K_M.GGUF",
                "ppo-LunarLander-v2.zip",
                "q-learning.pkl",
            ],
        );
        check(
            FileKind::Template,
            &["chat_template.jinja", "additional_chat_templates/tool_use.jinja", "chat_template.json"],
        );
        check(
            FileKind::Tokenizer,
            &["tokenizer.json", "1_Pooling/tokenizer_config.json", "spiece.model", "vocab.txt", "merges.txt"],
        );
        check(
            FileKind::Configuration,
            &[
                "config.json",
                "1_Pooling/config.json",
                "modeling_custom.py",
                "params.yaml",
                "requirements.txt",
            ],
        );
        check(
            FileKind::Documentation,
            &[
                "README.md",
                "readme",
                "LICENSE",
                "License.txt",
                ".gitattributes",
                "assets/figure.PNG",
                "runs/Dec21_13-51-40_x/1640094759.4067502/events.out.tfevents.1640094759.x",
                "trainer_state.json",
            ],
        );
        check(FileKind::Other, &["", "training_args.bin", "optimizer.pt", "rng_state_0.pth", "data", "a/b/"]);
    }

    #[test]
    fn what_differs_between_two_trees_is_told_by_kind_whatever_the_order() {
        let tree = |files: &[(&str, &str)]| {
            let mut tree = Tree::default();
            files.iter().for_each(|(path, content)| tree.add(7, path, content.as_bytes()));
            tree
        };
        let before = tree(&[("README.md", "1"), ("model.safetensors", "1"), ("config.json", "1")]);
        let same = tree(&[("config.json", "1"), ("README.md", "1"), ("model.safetensors", "1")]);
        assert!(before.changed(&same).is_empty());
        let after = tree(&[("README.md", "2"), ("model.gguf", "1"), ("config.json", "1")]);
        let changed: Vec<&str> = before.changed(&after).iter().map(FileKind::as_str).collect();
        assert_eq!(changed, ["weights", "documentation"]);
    }

    #[test]
    fn nothing_but_documentation_may_be_nothing_at_all() {
        let kinds = |kinds: &[FileKind]| kinds.iter().copied().collect::<FileKinds>();
        assert!(kinds(&[]).are_documentation_only());
        assert!(kinds(&[FileKind::Documentation]).are_documentation_only());
        assert!(!kinds(&[FileKind::Documentation, FileKind::Tokenizer]).are_documentation_only());
    }
}
