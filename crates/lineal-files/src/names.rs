//! What do the names of a model's files say?
//!
//! Nothing is opened: a name is all that a listing has. Paths are relative to the repository and
//! written with `/`.

use lineal_core::{clues::FileKind, set::Set};

/// Endings that settle the kind of a file by themselves.
const ENDINGS: [(&str, FileKind); 20] = [
    (".safetensors", FileKind::Safetensors),
    (".gguf", FileKind::Gguf),
    (".ggml", FileKind::Gguf),
    (".pt", FileKind::Pickle),
    (".pth", FileKind::Pickle),
    (".ckpt", FileKind::Pickle),
    (".pkl", FileKind::Pickle),
    (".onnx", FileKind::Onnx),
    (".onnx_data", FileKind::Onnx),
    (".mlmodel", FileKind::CoreMl),
    (".mlpackage", FileKind::CoreMl),
    (".mlmodelc", FileKind::CoreMl),
    (".h5", FileKind::TensorFlow),
    (".keras", FileKind::TensorFlow),
    (".tflite", FileKind::TfLite),
    (".litertlm", FileKind::TfLite),
    (".msgpack", FileKind::Flax),
    (".mnn", FileKind::Mnn),
    (".rknn", FileKind::Rknn),
    (".rkllm", FileKind::Rknn),
];

/// Names that tools give to weights; what begins with one of them says nothing of the model.
const GIVEN_BY_TOOLS: [&str; 21] = [
    "model",
    "pytorch_model",
    "adapter_model",
    "diffusion_pytorch_model",
    "consolidated",
    "tf_model",
    "flax_model",
    "openvino_model",
    "optimizer",
    "scheduler",
    "rng_state",
    "training_args",
    "scaler",
    "embeddings",
    "learned_embeds",
    "encoder",
    "decoder",
    "weights",
    "pytorch_lora_weights",
    "checkpoint",
    "global_step",
];

/// The shortest stem that can be somebody's choice.
const SHORTEST_CHOICE: usize = 5;

/// Returns what kind of file a path names; `None` for a file that bears on nothing here.
pub fn kind(path: &str) -> Option<FileKind> {
    let lower = path.to_ascii_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    if let Some(kind) = kind_at_root(name).filter(|_| folder.is_empty()) {
        return Some(kind);
    }
    let is_result = folder == ".eval_results" || folder.starts_with(".eval_results/");
    if is_result && (name.ends_with(".yaml") || name.ends_with(".yml")) {
        return Some(FileKind::EvaluationResults);
    }
    if matches!(name, "training_args.bin" | "trainer_state.json") {
        return Some(FileKind::TrainingRun);
    }
    if is_openvino(name) {
        return Some(FileKind::OpenVino);
    }
    if name.ends_with(".llamafile") {
        return Some(FileKind::Llamafile);
    }
    if folder.split('/').any(|part| part.ends_with(".mlpackage") || part.ends_with(".mlmodelc")) {
        return Some(FileKind::CoreMl);
    }
    if name == "saved_model.pb" {
        return Some(FileKind::TensorFlow);
    }
    if is_pickle(name) {
        return Some(FileKind::Pickle);
    }
    ENDINGS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, kind)| *kind)
}

/// Returns the kinds of files among some paths.
pub fn kinds<'a>(paths: impl Iterator<Item = &'a str>) -> Set<FileKind> {
    paths.filter_map(kind).collect()
}

/// Returns the name, without its ending and its part number, of the first weight file that somebody named.
pub fn weight_file<'a>(paths: impl Iterator<Item = &'a str>) -> Option<String> {
    paths.filter_map(chosen_stem).next().map(str::to_owned)
}

/// Returns what the parts of one set of weights share of their names: `model` for `model-00001-of-00002.safetensors`.
pub fn shared_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    without_part_number(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

/// Whether a path names one of several parts.
pub fn is_part(path: &str) -> bool {
    shared_stem(path).len()
        < path.rsplit('/').next().unwrap_or(path).rsplit_once('.').map_or(0, |(stem, _)| stem.len())
}

// Files that count only at the root of a repository: below, they belong to a component.
fn kind_at_root(name: &str) -> Option<FileKind> {
    match name {
        "readme.md" => return Some(FileKind::Card),
        "config.json" => return Some(FileKind::Config),
        "tokenizer_config.json" => return Some(FileKind::TokenizerConfig),
        "chat_template.jinja" | "chat_template.json" => return Some(FileKind::ChatTemplate),
        "adapter_config.json" => return Some(FileKind::AdapterConfig),
        "quant_config.json" | "quantize_config.json" | "hf_quant_config.json" => {
            return Some(FileKind::QuantizationConfig);
        }
        "mergekit_config.yml"
        | "mergekit_config.yaml"
        | "mergekit_moe_config.yml"
        | "merge_config.yml"
        | "merge_config.yaml"
        | "mergekit-config.yml" => return Some(FileKind::MergeConfig),
        _ => {}
    }
    let stem = name.split(['.', '-', '_', ' ']).next().unwrap_or(name);
    let is_license = matches!(stem, "license" | "licence" | "copying" | "unlicense")
        || name.starts_with("use_policy")
        || name.ends_with("_license")
        || ["license", "licence"].iter().any(|word| {
            let text = [".txt", ".md", ".pdf", ".rst"].iter().find_map(|ending| name.strip_suffix(ending));
            text.is_some_and(|text| text.ends_with(word))
        });
    is_license.then_some(FileKind::License)
}

// `openvino_model.xml`, `openvino_text_encoder.bin` and the like.
fn is_openvino(name: &str) -> bool {
    name.starts_with("openvino_") && (name.ends_with(".xml") || name.ends_with(".bin"))
}

// `.bin` is anything; these are the names that hold a pickle, or weights that were quantized in one.
fn is_pickle(name: &str) -> bool {
    const STEMS: [&str; 7] = [
        "pytorch_model",
        "adapter_model",
        "diffusion_pytorch_model",
        "model",
        "consolidated",
        "gptq_model",
        "pytorch_lora",
    ];
    name.ends_with(".bin") && STEMS.iter().any(|stem| name.starts_with(stem))
}

fn chosen_stem(path: &str) -> Option<&str> {
    let weights =
        [FileKind::Safetensors, FileKind::Gguf, FileKind::Pickle, FileKind::Onnx, FileKind::Llamafile];
    if !kind(path).is_some_and(|kind| weights.contains(&kind)) {
        return None;
    }
    let stem = shared_stem(path);
    let lower = stem.to_ascii_lowercase();
    let given = GIVEN_BY_TOOLS.iter().any(|tool| {
        lower.strip_prefix(tool).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    });
    let chosen =
        !given && stem.len() >= SHORTEST_CHOICE && stem.bytes().any(|byte| byte.is_ascii_alphabetic());
    chosen.then_some(stem)
}

// `mistral-00001-of-00003` is part one of `mistral`.
fn without_part_number(stem: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((before, total)) = stem.rsplit_once("-of-") else { return stem };
    match before.rsplit_once('-') {
        Some((name, part)) if digits(part) && digits(total) => name,
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lineal_core::set::Member;

    #[track_caller]
    fn check(paths: &[&str], expected: &str) {
        let words: Vec<&str> = kinds(paths.iter().copied()).iter().map(Member::as_str).collect();
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn a_name_tells_the_kind_of_a_file() {
        check(&["README.md", "LICENSE.txt", "config.json"], "card license config");
        check(&["LICENSE-MODEL", "USE_POLICY.md", "Llama2_LICENSE.pdf"], "license");
        check(&["model-00001-of-00002.safetensors", "mergekit_config.yml"], "merge_config safetensors");
        check(&["onnx/model_quantized.onnx", ".eval_results/mmlu.yaml"], "evaluation_results onnx");
        check(&["openvino_model.bin", "training_args.bin"], "openvino training_run");
        check(&["pytorch_model.bin", "x.mlpackage/Data/weights/weight.bin"], "pickle coreml");
    }

    #[test]
    fn a_file_of_a_component_is_no_file_of_the_model() {
        check(&["text_encoder/config.json", "docs/README.md", "licenses/x"], "");
        check(&["weights.bin", "data.bin"], "");
    }

    #[test]
    fn a_weight_file_is_known_by_the_name_that_somebody_chose() {
        let chosen = |paths: &[&str]| weight_file(paths.iter().copied());
        assert_eq!(chosen(&["model.safetensors", "optimizer.pt"]), None);
        assert_eq!(chosen(&["mistral-7b.Q4_K_M.gguf"]).as_deref(), Some("mistral-7b.Q4_K_M"));
        assert_eq!(chosen(&["q8/Yi-34B-00001-of-00002.gguf"]).as_deref(), Some("Yi-34B"));
        assert_eq!(
            chosen(&["pytorch_model-00001-of-00002.bin", "modelica-1b.pth"]).as_deref(),
            Some("modelica-1b")
        );
        assert_eq!(chosen(&["a.gguf", "README.md"]), None);
    }
}
