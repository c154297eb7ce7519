//! What must inference know of each model, beside its name and its relations?
//!
//! Columns by node, filled in the listing's order: two million models take about a hundred megabytes.

use super::names::Form;
use crate::{
    clues::FileKind,
    model_id::is_model_id,
    record::{ModelRecord, NOTED_SINCE, Source},
    set::Set,
};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// The longest name of a weight file, or of a model that a record mentions, that is kept.
const LONGEST: usize = 256;
/// How many models one record may mention.
const MOST_MENTIONS: usize = 64;

/// What inference has to know of every model of a snapshot; columns by node.
#[derive(Debug, Default)]
pub struct Known {
    pub(super) forms: Vec<Set<Form>>,
    /// Places in `words` plus one; 0 where nothing is known.
    pub(super) model_types: Vec<u16>,
    pub(super) licenses: Vec<u16>,
    /// Which of [`TOOLS`] the tags name, a bit each.
    pub(super) tools: Vec<u32>,
    /// Seconds since 1970; 0 if unknown, or from before the hub noted it.
    pub(super) created_at: Vec<u32>,
    /// Millions of parameters; 0 if unknown.
    pub(super) parameters: Vec<f32>,
    /// Sorted by node.
    pub(super) mentions: Vec<(u32, Mention)>,
    pub(super) weight_files: Vec<(u32, Box<str>)>,
    pub(super) hashes: Vec<([u8; 32], u32)>,
    by_hash: HashMap<[u8; 32], Vec<u32>, RandomState>,
    words: HashMap<Box<str>, u16, RandomState>,
}

/// Another model that a record names outside its declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub place: Place,
    pub name: Box<str>,
}

/// Where a model is named outside declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Claim(Source),
    /// A tag that is a model's name, as some merging tools write.
    Tag,
}

impl Known {
    /// Takes in the next model of the listing.
    pub fn push(&mut self, record: &ModelRecord) {
        let node = self.forms.len() as u32;
        self.forms.push(forms(record));
        let model_type = record.model_type.as_deref().or_else(|| tagged_model_type(record));
        let model_type = self.code(model_type);
        self.model_types.push(model_type);
        let license = self.code(record.license.as_deref());
        self.licenses.push(license);
        let has = |tool: &str| record.tags.iter().any(|tag| tag == tool);
        let tools = (0..).zip(TOOLS).filter(|(_, tool)| has(tool)).map(|(at, _)| 1 << at);
        self.tools.push(tools.fold(0, |all, tool: u32| all | tool));
        let noted = record.created_at.filter(|at| *at > NOTED_SINCE);
        self.created_at.push(noted.and_then(|at| u32::try_from(at / 1000).ok()).unwrap_or(0));
        self.parameters.push(record.parameters.map_or(0.0, |count| count as f32 / 1e6));
        let claims = record.claims.iter().filter(|claim| !claim.source.is_declaration());
        let claims = claims.map(|claim| (Place::Claim(claim.source), claim.base.trim()));
        let tags = record.tags.iter().filter(|tag| tag.contains('/') && is_model_id(tag));
        let tags = tags.map(|tag| (Place::Tag, tag.as_str()));
        let mentions = claims.chain(tags).filter(|(_, name)| (1..=LONGEST).contains(&name.len()));
        for (place, name) in mentions.take(MOST_MENTIONS) {
            self.mentions.push((node, Mention { place, name: name.into() }));
        }
        if let Some(file) = record.clues.weight_file.as_deref().filter(|file| file.len() <= LONGEST) {
            self.weight_files.push((node, file.into()));
        }
    }

    /// Takes in the SHA-256 of a model's weight files, for those models whose files are known.
    pub fn push_hashes(&mut self, node: u32, hashes: &[[u8; 32]]) {
        for hash in hashes {
            self.hashes.push((*hash, node));
            self.by_hash.entry(*hash).or_default().push(node);
        }
    }

    /// The models with a weight file of this hash.
    pub(super) fn with_hash(&self, hash: &[u8; 32]) -> impl Iterator<Item = u32> {
        self.by_hash.get(hash).into_iter().flatten().copied()
    }

    /// How many models were taken in.
    pub fn len(&self) -> usize {
        self.forms.len()
    }

    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }

    /// Beyond 65,535 different words, further ones count as unknown.
    fn code(&mut self, word: Option<&str>) -> u16 {
        let Some(word) = word.filter(|word| word.len() <= LONGEST) else { return 0 };
        if let Some(code) = self.words.get(word) {
            return *code;
        }
        let Ok(code) = u16::try_from(self.words.len() + 1) else { return 0 };
        self.words.insert(word.into(), code);
        code
    }

    pub(super) fn mentions_of(&self, node: u32) -> impl Iterator<Item = &Mention> {
        let start = self.mentions.partition_point(|(of, _)| *of < node);
        self.mentions[start..].iter().take_while(move |(of, _)| *of == node).map(|(_, mention)| mention)
    }

    pub(super) fn weight_file_of(&self, node: u32) -> Option<&str> {
        let at = self.weight_files.binary_search_by_key(&node, |(of, _)| *of).ok()?;
        Some(&self.weight_files[at].1)
    }
}

/// Tags that tools leave behind, or that tell how a model was trained.
const TOOLS: [&str; 22] = [
    "generated_from_trainer",
    "generated_from_keras_callback",
    "unsloth",
    "trl",
    "sft",
    "dpo",
    "autotrain",
    "axolotl",
    "alignment-handbook",
    "llama-factory",
    "diffusers",
    "dreambooth",
    "lora",
    "peft",
    "textual_inversion",
    "flair",
    "setfit",
    "hf-asr-leaderboard",
    "pytorch",
    "tensorboard",
    "template:sd-lora",
    "bitsandbytes",
];

/// Returns the forms that tags, library, files and configuration tell.
fn forms(record: &ModelRecord) -> Set<Form> {
    let mut forms = Set::default();
    let words = record.tags.iter().map(String::as_str).chain(record.library.as_deref());
    let mut has_weights = false;
    for word in words.chain(record.quantization.as_deref()).filter(|word| word.len() <= 24) {
        let word = word.to_ascii_lowercase();
        has_weights |= matches!(word.as_str(), "safetensors" | "pytorch" | "tf" | "jax");
        if let Some(form) = told_by(&word) {
            forms.insert(form);
        }
    }
    if let Some(files) = record.clues.files {
        has_weights |=
            files.has_any(&[FileKind::Safetensors, FileKind::Pickle, FileKind::TensorFlow, FileKind::Flax]);
        let told = FILE_FORMS.iter().filter(|(kind, _)| files.has(*kind)).map(|(_, form)| *form);
        forms = forms.with(told.collect());
    }
    if has_weights {
        // Beside the weights that were trained, an export says nothing of how the model was made.
        const BESIDE: [Form; 6] =
            [Form::Onnx, Form::OpenVino, Form::CoreMl, Form::TfLite, Form::Gguf, Form::CTranslate];
        forms = crate::set::Member::ALL
            .iter()
            .copied()
            .filter(|form| forms.has(*form) && !BESIDE.contains(form))
            .collect();
    }
    forms
}

const FILE_FORMS: [(FileKind, Form); 9] = [
    (FileKind::AdapterConfig, Form::Adapter),
    (FileKind::MergeConfig, Form::Merge),
    (FileKind::Gguf, Form::Gguf),
    (FileKind::Onnx, Form::Onnx),
    (FileKind::OpenVino, Form::OpenVino),
    (FileKind::CoreMl, Form::CoreMl),
    (FileKind::TfLite, Form::TfLite),
    (FileKind::Mnn, Form::Mnn),
    (FileKind::Rknn, Form::Rknn),
];

/// Returns the form that a tag, a library or a quantization method tells.
fn told_by(word: &str) -> Option<Form> {
    Some(match word {
        "gguf" | "ggml" => Form::Gguf,
        "gptq" => Form::Gptq,
        "awq" => Form::Awq,
        "exl2" | "exl3" => Form::Exllama,
        "bitsandbytes" => Form::BitsAndBytes,
        "2-bit" | "3-bit" | "4-bit" | "5-bit" | "6-bit" | "8-bit" | "4bit" | "8bit" => Form::Bits,
        "fp8" | "fbgemm_fp8" | "compressed-tensors" | "modelopt" => Form::Float8,
        "hqq" | "aqlm" | "quanto" | "eetq" | "quip" | "pruna-ai" | "autoround" | "intel/auto-round" => {
            Form::OtherQuantization
        }
        "mlx" => Form::Mlx,
        "mlc-llm" | "mlc" => Form::Mlc,
        "mnn" => Form::Mnn,
        "rknn" | "rkllm" => Form::Rknn,
        "onnx" | "transformers.js" | "optimum-onnx" => Form::Onnx,
        "llamafile" => Form::Llamafile,
        "openvino" => Form::OpenVino,
        "coreml" | "core-ml" => Form::CoreMl,
        "tflite" | "litert" => Form::TfLite,
        "ctranslate2" => Form::CTranslate,
        "peft"
        | "lora"
        | "qlora"
        | "adapter-transformers"
        | "adapters"
        | "textual_inversion"
        | "controlnet"
        | "custom-diffusion" => Form::Adapter,
        "merge" | "mergekit" | "lazymergekit" | "automerger" => Form::Merge,
        _ => return None,
    })
}

/// Returns the kind of model that a tag names: the hub tags a model with its configuration's `model_type`.
fn tagged_model_type(record: &ModelRecord) -> Option<&str> {
    let mut tags = record.tags.iter().map(String::as_str);
    tags.find(|tag| MODEL_TYPES.binary_search(tag).is_ok())
}

/// The commonest values of `model_type`, sorted.
const MODEL_TYPES: [&str; 149] = [
    "RefinedWeb",
    "RefinedWebModel",
    "albert",
    "aquila",
    "arctic",
    "audio-spectrogram-transformer",
    "baichuan",
    "bark",
    "bart",
    "beit",
    "bert",
    "big_bird",
    "blenderbot",
    "blip",
    "bloom",
    "btlm",
    "camembert",
    "canine",
    "chatglm",
    "clip",
    "codegen",
    "cohere",
    "cohere2",
    "command-r",
    "conditional_detr",
    "convbert",
    "convnext",
    "data2vec-audio",
    "dbrx",
    "deberta",
    "deberta-v2",
    "decilm",
    "deepseek_v2",
    "deepseek_v3",
    "deit",
    "detr",
    "distilbert",
    "donut-swin",
    "dpt",
    "electra",
    "encoder-decoder",
    "ernie",
    "esm",
    "exaone",
    "falcon",
    "flaubert",
    "flux",
    "fnet",
    "funnel",
    "gemma",
    "gemma2",
    "gemma3",
    "git",
    "glm",
    "gpt2",
    "gpt_bigcode",
    "gpt_neo",
    "gpt_neox",
    "gpt_neox_japanese",
    "gptj",
    "granite",
    "hubert",
    "idefics2",
    "internlm",
    "internlm2",
    "jamba",
    "layoutlm",
    "layoutlmv2",
    "layoutlmv3",
    "led",
    "llama",
    "llava",
    "llava_llama",
    "llava_next",
    "longformer",
    "longt5",
    "luke",
    "m2m_100",
    "mamba",
    "marian",
    "mbart",
    "minicpm",
    "minicpm3",
    "mistral",
    "mixtral",
    "mllama",
    "mobilebert",
    "mpnet",
    "mpt",
    "mt5",
    "musicgen",
    "nemotron",
    "nomic_bert",
    "olmo",
    "olmo2",
    "opt",
    "orion",
    "owlvit",
    "paligemma",
    "pegasus",
    "persimmon",
    "phi",
    "phi-msft",
    "phi3",
    "plbart",
    "prophetnet",
    "qwen",
    "qwen2",
    "qwen2_5_vl",
    "qwen2_moe",
    "qwen2_vl",
    "qwen3",
    "qwen3_moe",
    "rembert",
    "roberta",
    "roformer",
    "rwkv",
    "segformer",
    "solar",
    "speech-encoder-decoder",
    "speecht5",
    "stable-diffusion",
    "stable-diffusion-xl",
    "stablelm",
    "stablelm_epoch",
    "starcoder2",
    "swin",
    "t5",
    "table-transformer",
    "timesformer",
    "trocr",
    "unispeech",
    "videomae",
    "vilt",
    "vision-encoder-decoder",
    "vit",
    "vits",
    "wav2vec2",
    "wav2vec2-bert",
    "wavlm",
    "whisper",
    "xglm",
    "xlm",
    "xlm-roberta",
    "xlnet",
    "xverse",
    "yi",
    "yolos",
    "zamba",
];
