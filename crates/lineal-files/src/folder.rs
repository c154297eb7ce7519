//! What would a hub list of a model whose files are at hand?
//!
//! [`wants`] says which files to read and how much of them; [`record`] makes of them the record that a
//! listing would hold, with what only the files know: claims of configurations and headers, the prompt
//! template, the text of the card. A broken file is a finding; the rest is read all the same. What is wrong
//! with the card itself is for [`card::read`] to say.

use crate::{
    address, card, config,
    finding::{Code, Finding, Place},
    gguf, merge_config, names, safetensors,
};
use lineal_core::{
    clues::{FileKind, Template},
    model_id::{ModelId, is_model_id},
    operation::Operation,
    record::{Claim, ModelRecord, Source},
    set::Set,
};
use std::collections::BTreeMap;

/// A file of a model's folder.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Relative to the folder, with `/`.
    pub path: &'a str,
    pub size: u64,
    /// All of a small file, the beginning of a large one; `None` if it was not read.
    pub bytes: Option<&'a [u8]>,
}

/// How much of a file [`record`] has use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Whole,
    /// At most so many bytes from its beginning.
    Head(usize),
    Nothing,
}

/// How much of a GGUF file is asked for: a template stands behind a vocabulary of some megabytes.
const GGUF_HEAD: usize = 16 << 20;

/// How much of a safetensors file is asked for: models with many experts have headers of megabytes.
const SAFETENSORS_HEAD: usize = 4 << 20;

/// Returns how much of a file to read.
pub fn wants(path: &str) -> Want {
    match names::kind(path) {
        Some(
            FileKind::Card
            | FileKind::Config
            | FileKind::TokenizerConfig
            | FileKind::ChatTemplate
            | FileKind::AdapterConfig
            | FileKind::MergeConfig
            | FileKind::QuantizationConfig
            | FileKind::EvaluationResults,
        ) => Want::Whole,
        Some(FileKind::Gguf) => Want::Head(GGUF_HEAD),
        Some(FileKind::Safetensors) if !path.contains('/') => Want::Head(SAFETENSORS_HEAD),
        _ => Want::Nothing,
    }
}

/// Returns the record of a model with these files, and what is wrong with those that are not the card.
pub fn record(id: ModelId, files: &[File]) -> (ModelRecord, Vec<Finding>) {
    let paths = || files.iter().map(|file| file.path);
    let kinds = names::kinds(paths());
    let mut record = ModelRecord::named(id);
    record.clues.files = Some(kinds);
    record.clues.weight_file = names::weight_file(paths());
    let mut reader = Reader {
        record,
        template: None,
        looked: false,
        in_gguf: None,
        in_safetensors: BTreeMap::new(),
        results: 0,
        findings: Vec::new(),
    };
    for file in files {
        reader.take(file);
    }
    reader.card(files);
    reader.finish(kinds, files);
    let Reader { record, mut findings, .. } = reader;
    findings.sort_by(|a, b| (&a.file, a.at, a.code).cmp(&(&b.file, b.at, b.code)));
    (record, findings)
}

struct Reader {
    record: ModelRecord,
    template: Option<Template>,
    /// Whether any file was read that could hold a template.
    looked: bool,
    /// Parameters of the first GGUF file.
    in_gguf: Option<u64>,
    /// Parameters of the safetensors files by what their names share; `None` where one of them could not be counted.
    in_safetensors: BTreeMap<String, Option<u64>>,
    results: u32,
    findings: Vec<Finding>,
}

impl Reader {
    fn take(&mut self, file: &File) {
        let (Some(kind), Some(bytes)) = (names::kind(file.path), file.bytes) else { return };
        match kind {
            FileKind::Config => self.config(file, bytes),
            FileKind::TokenizerConfig => {
                self.template_of(file, config::has_chat_template(bytes), Template::Tokenizer)
            }
            FileKind::ChatTemplate if file.path.ends_with(".jinja") => {
                let has_template = !String::from_utf8_lossy(bytes).trim().is_empty();
                self.template_of(file, Ok(has_template), Template::File);
            }
            FileKind::ChatTemplate => {
                self.template_of(file, config::has_chat_template(bytes), Template::File)
            }
            FileKind::AdapterConfig => self.adapter(file, bytes),
            FileKind::QuantizationConfig => match config::quantization(file.path, bytes) {
                Ok(method) => self.record.quantization = self.record.quantization.take().or(method),
                Err(error) => self.broken(file, error.place(), &error),
            },
            FileKind::MergeConfig => self.merge(file, bytes),
            FileKind::Gguf if file.path.to_ascii_lowercase().ends_with(".gguf") => self.gguf(file, bytes),
            FileKind::Safetensors if !file.path.contains('/') => self.safetensors(file, bytes),
            FileKind::EvaluationResults => self.results = self.results.saturating_add(1),
            _ => {}
        }
    }

    fn card(&mut self, files: &[File]) {
        let card = files.iter().find(|file| names::kind(file.path) == Some(FileKind::Card));
        if let Some(bytes) = card.and_then(|card| card.bytes) {
            card::read(bytes).enrich(&mut self.record);
        }
    }

    fn config(&mut self, file: &File, bytes: &[u8]) {
        let config = match config::config(bytes) {
            Ok(config) => config,
            Err(error) => return self.broken(file, error.place(), &error),
        };
        self.record.architectures = config.architectures;
        self.record.model_type = config.model_type;
        self.record.quantization = config.quantization.or(self.record.quantization.take());
        if let Some(base) = config.name_or_path {
            self.claim(file, &base, None, Source::NameOrPath);
        }
    }

    fn adapter(&mut self, file: &File, bytes: &[u8]) {
        match config::adapter(bytes) {
            Ok(adapter) => {
                if let Some(base) = adapter.base {
                    // As in a listing, the place names the base; that it is an adapter follows from the place.
                    self.claim(file, &base, None, Source::PeftConfig);
                }
            }
            Err(error) => self.broken(file, error.place(), &error),
        }
    }

    fn merge(&mut self, file: &File, bytes: &[u8]) {
        let merge = match merge_config::read(bytes) {
            Ok(merge) => merge,
            Err(error) => return self.broken(file, error.place(), &error),
        };
        for each in merge.ingredients.iter().chain(&merge.paths) {
            self.claim_at(file, each.at, &each.base, Some(Operation::Merge), Source::MergeConfig);
        }
    }

    fn template_of(&mut self, file: &File, found: Result<bool, config::ConfigError>, place: Template) {
        match found {
            Ok(has_template) => {
                self.looked = true;
                if has_template {
                    self.template = self.template.or(Some(place));
                }
            }
            Err(error) => self.broken(file, error.place(), &error),
        }
    }

    fn gguf(&mut self, file: &File, bytes: &[u8]) {
        let header = match gguf::read(bytes) {
            Ok(header) => header,
            // What was handed over is only the beginning of the file.
            Err(gguf::HeaderError::Truncated { .. }) if (bytes.len() as u64) < file.size => return,
            Err(error) => return self.broken(file, Place::START, &error),
        };
        self.looked = true;
        if header.has_chat_template {
            self.template = self.template.or(Some(Template::Gguf));
        }
        if self.in_gguf.is_none() && !names::is_part(file.path) {
            self.in_gguf = header.parameters;
        }
        if self.record.license.is_none() {
            self.record.license.clone_from(&header.license);
        }
        for (base, operation) in gguf_bases(&header) {
            self.claim(file, &base, operation, Source::GgufHeader);
        }
    }

    fn safetensors(&mut self, file: &File, bytes: &[u8]) {
        let counted = match safetensors::read(bytes) {
            Ok(header) => header.total(),
            Err(safetensors::HeaderError::Truncated { .. }) if (bytes.len() as u64) < file.size => None,
            Err(error) => return self.broken(file, Place::START, &error),
        };
        let before = self.in_safetensors.entry(names::shared_stem(file.path).to_owned()).or_insert(Some(0));
        *before = before.zip(counted).and_then(|(before, counted)| before.checked_add(counted));
    }

    fn claim(&mut self, file: &File, base: &str, operation: Option<Operation>, source: Source) {
        self.claim_at(file, Place::START, base, operation, source);
    }

    // Adds a claim, unless it names a place on a disk, or the model itself.
    fn claim_at(&mut self, file: &File, at: Place, base: &str, operation: Option<Operation>, source: Source) {
        if address::is_path(base) {
            let what = format!("it names the base by the path `{}`", shown(base));
            let fix = "name the base as it is called on the hub, `owner/name`";
            return self.found(Code::LocalPath, file, at, what, Some(fix));
        }
        let Some(base) = address::model(base).or_else(|| is_model_id(base).then(|| base.to_owned())) else {
            return;
        };
        let is_known = self.record.claims.iter().any(|claim| claim.source == source && claim.base == base);
        if !is_known && base != self.record.id.as_str() {
            self.record.claims.push(Claim { base, base_hub_id: None, operation, source });
        }
    }

    fn broken(&mut self, file: &File, at: Place, error: &dyn std::error::Error) {
        let mut what = error.to_string();
        if let Some(source) = error.source() {
            what = format!("{what}: {source}");
        }
        self.found(Code::BrokenFile, file, at, what, None);
    }

    fn found(&mut self, code: Code, file: &File, at: Place, what: String, fix: Option<&str>) {
        let (file, fix) = (file.path.to_owned(), fix.map(str::to_owned));
        self.findings.push(Finding { code, file, at, what, fix });
    }

    // What follows from all files together.
    fn finish(&mut self, kinds: Set<FileKind>, files: &[File]) {
        let record = &mut self.record;
        // The same weights can be there twice, under another name.
        let in_safetensors = match self.in_safetensors.get("model") {
            Some(counted) => *counted,
            None if self.in_safetensors.len() == 1 => self.in_safetensors.values().next().copied().flatten(),
            None => None,
        };
        record.parameters = in_safetensors.or(self.in_gguf);
        // Without a file that could hold a template there is none; unread files say nothing.
        let unread = |kind: FileKind| {
            files.iter().any(|file| names::kind(file.path) == Some(kind) && file.bytes.is_none())
        };
        let may_hide = [FileKind::TokenizerConfig, FileKind::ChatTemplate, FileKind::Gguf];
        let nowhere = self.looked || !kinds.has_any(&may_hide);
        let nowhere = nowhere && !may_hide.into_iter().any(unread);
        record.clues.template = self.template.or(nowhere.then_some(Template::Nowhere));
        if self.results > 0 {
            record.clues.results = Some(record.clues.results.unwrap_or(0).saturating_add(self.results));
        }
        let has = |path: &str| files.iter().any(|file| file.path == path);
        record.library = record.library.take().or_else(|| library(record, kinds, has).map(str::to_owned));
        for (kind, tag) in FORMATS {
            if kinds.has(kind) && !record.tags.iter().any(|each| each == tag) {
                record.tags.push(tag.to_owned());
            }
        }
        record.inferred_operation = inferred(record, kinds);
    }
}

/// Tags that the Hub gives for formats.
const FORMATS: [(FileKind, &str); 8] = [
    (FileKind::Safetensors, "safetensors"),
    (FileKind::Gguf, "gguf"),
    (FileKind::Onnx, "onnx"),
    (FileKind::OpenVino, "openvino"),
    (FileKind::CoreMl, "coreml"),
    (FileKind::TfLite, "tflite"),
    (FileKind::TensorFlow, "tf"),
    (FileKind::Flax, "jax"),
];

// The library that the Hub would guess.
fn library(record: &ModelRecord, kinds: Set<FileKind>, has: impl Fn(&str) -> bool) -> Option<&'static str> {
    if kinds.has(FileKind::AdapterConfig) {
        return Some("peft");
    }
    if has("model_index.json") {
        return Some("diffusers");
    }
    if has("config_sentence_transformers.json") || has("modules.json") {
        return Some("sentence-transformers");
    }
    if record.quantization.as_deref() == Some("mlx") || has("weights.npz") {
        return Some("mlx");
    }
    if kinds.has(FileKind::Config) && (record.model_type.is_some() || !record.architectures.is_empty()) {
        return Some("transformers");
    }
    kinds.has(FileKind::Gguf).then_some("gguf")
}

// The operation that the Hub would infer for a base without one.
fn inferred(record: &ModelRecord, kinds: Set<FileKind>) -> Operation {
    let bases = record.claims.iter().filter(|claim| claim.source.is_declaration()).count();
    if kinds.has(FileKind::AdapterConfig) || record.library.as_deref() == Some("peft") {
        Operation::Adapter
    } else if record.quantization.is_some() || kinds.has(FileKind::Gguf) {
        Operation::Quantized
    } else if bases > 1 {
        Operation::Merge
    } else {
        Operation::Finetune
    }
}

// What was converted stands in `general.source`. `general.base_model` was copied from the card of what was converted, so
// that beside a source it names the base of the base; alone it is the best that there is, without an operation.
fn gguf_bases(header: &gguf::Header) -> Vec<(String, Option<Operation>)> {
    let is_plain = header
        .file_type
        .is_some_and(|number| matches!(gguf::file_type(number), Some("F32" | "F16" | "BF16")));
    let operation = if is_plain { Operation::Convert } else { Operation::Quantized };
    if !header.sources.is_empty() {
        return header.sources.iter().map(|source| (source.clone(), Some(operation.clone()))).collect();
    }
    header.bases.iter().filter_map(|base| base.repo_url.clone()).map(|url| (url, None)).collect()
}

// Hostile text, cut short, in one line.
fn shown(text: &str) -> String {
    text.chars().take(120).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::set::Member;
    use proptest::prelude::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &str) {
        let (record, findings) = record("me/mine".parse().expect("a name"), &listed(files));
        let mut lines: Vec<String> = Vec::new();
        let mut say =
            |key: &str, value: Option<String>| lines.extend(value.map(|value| format!("{key} {value}")));
        say("library", record.library);
        say("model_type", record.model_type);
        say("quantization", record.quantization);
        say("parameters", record.parameters.map(|number| number.to_string()));
        say("template", record.clues.template.map(|template| template.as_str().to_owned()));
        for claim in record.claims {
            let operation = claim.operation.map_or(String::new(), |operation| format!(" {operation}"));
            lines.push(format!("{}{operation} by {}", claim.base, claim.source.as_str()));
        }
        lines.extend(
            findings
                .iter()
                .map(|found| format!("{} {} {} {}", found.code.as_str(), found.file, found.at, found.what)),
        );
        let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, expected);
    }

    fn listed<'a>(files: &[(&'a str, &'a str)]) -> Vec<File<'a>> {
        let file = |(path, text): &(&'a str, &'a str)| File {
            path,
            size: text.len() as u64,
            bytes: Some(text.as_bytes()),
        };
        files.iter().map(file).collect()
    }

    #[test]
    fn a_folder_of_an_adapter_names_its_base() {
        check(
            &[
                (
                    "adapter_config.json",
                    r#"{"base_model_name_or_path":"meta-llama/Llama-2-7b-hf","peft_type":"LORA"}"#,
                ),
                ("tokenizer_config.json", r#"{"chat_template":"{{ x }}"}"#),
            ],
            "
            library peft
            template tokenizer
            meta-llama/Llama-2-7b-hf by peft_config
            ",
        );
    }

    #[test]
    fn a_merge_names_its_ingredients() {
        check(
            &[(
                "mergekit_config.yml",
                "models:\n- model: a/b\n- model: /tmp/x\nmerge_method: ties\nbase_model: c/d\n",
            )],
            "
            template nowhere
            a/b merge by merge_config
            c/d merge by merge_config
            local-path mergekit_config.yml 3:10 it names the base by the path `/tmp/x`
            ",
        );
    }

    #[test]
    fn paths_on_a_disk_and_broken_files_are_findings() {
        check(
            &[
                ("adapter_config.json", r#"{"base_model_name_or_path":"/root/models/x"}"#),
                ("config.json", "{\n \"model_type\": llama}"),
                ("model.gguf", "GGML"),
            ],
            "
            library peft
            local-path adapter_config.json 1:1 it names the base by the path `/root/models/x`
            broken-file config.json 2:16 it is not JSON: expected value
            broken-file model.gguf 1:1 it does not begin with `GGUF`
            ",
        );
    }

    #[test]
    fn a_quantized_model_is_known_by_its_configuration() {
        check(
            &[(
                "config.json",
                r#"{"model_type":"llama","_name_or_path":"a/b","quantization_config":{"quant_method":"awq"}}"#,
            )],
            "
            library transformers
            model_type llama
            quantization awq
            template nowhere
            a/b by name_or_path
            ",
        );
    }

    #[test]
    fn only_the_files_that_say_something_are_wanted() {
        let wanted = |path| match wants(path) {
            Want::Whole => "whole",
            Want::Head(_) => "head",
            Want::Nothing => "nothing",
        };
        let paths =
            ["README.md", "config.json", "x.Q4_K_M.gguf", "model.safetensors", "vae/x.safetensors", "x.png"];
        assert_eq!(paths.map(wanted), ["whole", "whole", "head", "head", "nothing", "nothing"]);
    }

    proptest! {
        #[test]
        fn any_files_make_a_record(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for path in ["README.md", "config.json", "adapter_config.json", "tokenizer_config.json", "a.gguf",
                "model.safetensors", "mergekit_config.yml", ".eval_results/x.yaml", "chat_template.jinja"] {
                for bytes in [text.as_bytes(), &bytes] {
                    let file = File { path, size: bytes.len() as u64, bytes: Some(bytes) };
                    let (record, _) = record("me/mine".parse().expect("a name"), &[file]);
                    prop_assert!(record.clues.files.is_some());
                }
            }
        }
    }
}
