//! What does a model's name say, taken apart?
//!
//! The part after the slash is lowered and split where its writers split: at `-`, `_` and spaces, at dots
//! that are no decimal points, and between letters and a number. Spellings of one thing become
//! one token: `v1.0` is `1`, `Llama2` is `Llama-2`, `1_6B` is `1.6b`. Tokens that tell the format or the
//! width of weights, or how a model was trained, are known as such, so that what remains can be
//! compared: the *stem* is a name without its format marks, the *family* a stem without marks of
//! training.

use crate::set::{Member, Set};
use foldhash::quality::FixedState;
use std::hash::{BuildHasher, Hasher};

/// How many tokens of a name are looked at; no sensible name has more.
const MOST_TOKENS: usize = 24;
/// The hash of a sequence without tokens.
const NOTHING: u64 = 0x9e37_79b9_7f4a_7c15;

/// What the name, tags or files of a model say of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    Gguf,
    Gptq,
    Awq,
    Exllama,
    BitsAndBytes,
    /// Some low number of bits, whatever the method.
    Bits,
    Float8,
    /// HQQ, AQLM, QuIP#, AutoRound, W4A16, `quantized` …
    OtherQuantization,
    Mlx,
    Mlc,
    Mnn,
    Rknn,
    Onnx,
    Llamafile,
    OpenVino,
    CoreMl,
    TfLite,
    CTranslate,
    /// A plain float type: fp16, bf16.
    Half,
    /// Written anew for a library or in other pieces: `-hf`, `sharded`.
    Rewritten,
    Adapter,
    Merge,
}

impl Member for Form {
    const ALL: &'static [Form] = &[
        Form::Gguf,
        Form::Gptq,
        Form::Awq,
        Form::Exllama,
        Form::BitsAndBytes,
        Form::Bits,
        Form::Float8,
        Form::OtherQuantization,
        Form::Mlx,
        Form::Mlc,
        Form::Mnn,
        Form::Rknn,
        Form::Onnx,
        Form::Llamafile,
        Form::OpenVino,
        Form::CoreMl,
        Form::TfLite,
        Form::CTranslate,
        Form::Half,
        Form::Rewritten,
        Form::Adapter,
        Form::Merge,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Form::Gguf => "gguf",
            Form::Gptq => "gptq",
            Form::Awq => "awq",
            Form::Exllama => "exllama",
            Form::BitsAndBytes => "bitsandbytes",
            Form::Bits => "bits",
            Form::Float8 => "fp8",
            Form::OtherQuantization => "quantized",
            Form::Mlx => "mlx",
            Form::Mlc => "mlc",
            Form::Mnn => "mnn",
            Form::Rknn => "rknn",
            Form::Onnx => "onnx",
            Form::Llamafile => "llamafile",
            Form::OpenVino => "openvino",
            Form::CoreMl => "coreml",
            Form::TfLite => "tflite",
            Form::CTranslate => "ctranslate2",
            Form::Half => "half",
            Form::Rewritten => "rewritten",
            Form::Adapter => "adapter",
            Form::Merge => "merge",
        }
    }
}

/// Forms that somebody gives a finished model, and nobody trains one in.
pub const FORMATS: [Form; 16] = [
    Form::Gguf,
    Form::Gptq,
    Form::Awq,
    Form::Exllama,
    Form::Float8,
    Form::OtherQuantization,
    Form::Mlx,
    Form::Mlc,
    Form::Mnn,
    Form::Rknn,
    Form::Onnx,
    Form::Llamafile,
    Form::OpenVino,
    Form::CoreMl,
    Form::TfLite,
    Form::CTranslate,
];

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// A version or any other number.
    Number,
    /// How many parameters: `7b`, `8x7b`, `350m`.
    Size,
    /// A format, a width in bits, a type of floats.
    Format,
    /// How it was trained, or that it was not: `base`, `chat`, `dpo`, `lora`.
    Training,
}

/// A token as a number: the hash of its text, and in the lowest bits its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(u64);

impl Token {
    fn new(text: &[u8], kind: Kind) -> Token {
        Token(hash(text) & !KIND | kind as u64)
    }

    pub fn kind(self) -> Kind {
        match self.0 & KIND {
            0 => Kind::Word,
            1 => Kind::Number,
            2 => Kind::Size,
            3 => Kind::Format,
            _ => Kind::Training,
        }
    }
}

/// The bits of a token that tell its kind.
const KIND: u64 = 7;

/// A name, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Name {
    pub tokens: Vec<Token>,
    /// The forms that the name's marks tell.
    pub forms: Set<Form>,
    /// Whether it was trained in its format: a mark of training stands after all marks of formats.
    pub is_trained_in: bool,
}

impl Name {
    /// The tokens without the marks of formats. All of them, if there are no others.
    pub fn stem(&self) -> Vec<Token> {
        stem(&self.tokens)
    }
}

/// Some tokens without the marks of formats. All of them, if there are no others.
pub fn stem(tokens: &[Token]) -> Vec<Token> {
    let stem: Vec<Token> = tokens.iter().copied().filter(|token| token.kind() != Kind::Format).collect();
    if stem.is_empty() { tokens.to_vec() } else { stem }
}

/// A stem without the marks of training.
pub fn family(stem: &[Token]) -> Vec<Token> {
    stem.iter().copied().filter(|token| token.kind() != Kind::Training).collect()
}

/// Returns one number for some tokens in their order.
pub fn key(tokens: &[Token]) -> u64 {
    tokens.iter().fold(NOTHING, |key, token| joined(key, token.0))
}

/// Returns one number for two.
pub fn joined(key: u64, other: u64) -> u64 {
    let product =
        u128::from(key ^ other.rotate_left(23)).wrapping_mul(0xd6e8_feb8_6659_fd93_a076_1d64_78bd_642f);
    (product >> 64) as u64 ^ product as u64
}

/// Returns one number for the letters and digits of an owner's name, without case.
pub fn owner_key(owner: &str) -> u64 {
    let mut hasher = hasher();
    owner
        .bytes()
        .filter(u8::is_ascii_alphanumeric)
        .for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
    hasher.finish()
}

/// The same numbers in every run: what is inferred must not depend on chance.
fn hasher() -> impl Hasher {
    FixedState::with_seed(0x6c69_6e65_616c).build_hasher()
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// Takes the own part of a name apart.
pub fn parse(own_part: &str) -> Name {
    let mut text = own_part.as_bytes().to_vec();
    text.make_ascii_lowercase();
    decimal_points(&mut text);
    let mut name = Name::default();
    let mut before: Option<Form> = None;
    let segments: Vec<&[u8]> = segments(&text).collect();
    for (at, segment) in segments.iter().enumerate() {
        if name.tokens.len() >= MOST_TOKENS {
            break;
        }
        let next = segments.get(at + 1).copied().unwrap_or_default();
        before = name.take(segment, next, before);
    }
    let last = |kind: Kind| name.tokens.iter().rposition(|token| token.kind() == kind);
    name.is_trained_in = last(Kind::Format) < last(Kind::Training);
    name
}

impl Name {
    /// Adds a segment; returns the form that it marks.
    fn take(&mut self, segment: &[u8], next: &[u8], before: Option<Form>) -> Option<Form> {
        if let Some(form) = form(segment, next, before) {
            self.forms.insert(form);
            let kind =
                if matches!(form, Form::Adapter | Form::Merge) { Kind::Training } else { Kind::Format };
            self.tokens.push(Token::new(segment, kind));
            return Some(form);
        }
        // `llama2` and `llama-2` are one name.
        let letters = segment.iter().position(u8::is_ascii_digit).unwrap_or(0);
        if letters > 2 && segment[..letters].iter().all(u8::is_ascii_alphabetic) {
            self.take_whole(&segment[..letters]);
            return self.take(&segment[letters..], next, None);
        }
        self.take_whole(segment);
        None
    }

    fn take_whole(&mut self, segment: &[u8]) {
        let number = segment.strip_prefix(b"v").filter(|rest| is_number(rest)).unwrap_or(segment);
        let (kind, text) = if is_number(number) {
            let mut number = number;
            while let Some(shorter) = number.strip_suffix(b".0") {
                number = shorter;
            }
            (Kind::Number, number)
        } else if is_size(segment) {
            (Kind::Size, segment)
        } else if TRAINING.contains(&segment) {
            (Kind::Training, segment)
        } else {
            (Kind::Word, segment)
        };
        self.tokens.push(Token::new(text, kind));
    }
}

/// `1_6b` means `1.6b`, and `6_5bpw` means `6.5bpw`.
fn decimal_points(text: &mut [u8]) {
    for at in 1..text.len().saturating_sub(1) {
        let short = |byte: Option<&u8>| !byte.is_some_and(u8::is_ascii_digit);
        let is_point = text[at] == b'_'
            && text[at - 1].is_ascii_digit()
            && text[at + 1].is_ascii_digit()
            && short(text.get(at + 2))
            && (at < 2 || short(text.get(at.wrapping_sub(2))));
        if is_point {
            text[at] = b'.';
        }
    }
}

fn segments(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_digit = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(u8::is_ascii_digit);
    let mut start = 0;
    (0..=text.len()).filter_map(move |at| {
        let ends = match text.get(at) {
            None => true,
            Some(b'.') => !(is_digit(at.checked_sub(1)) && is_digit(Some(at + 1))),
            Some(byte) => !(byte.is_ascii_alphanumeric() || *byte >= 0x80),
        };
        if !ends {
            return None;
        }
        let segment = &text[start..at];
        start = at + 1;
        (!segment.is_empty()).then_some(segment)
    })
}

fn is_number(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_digit)
        && text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// `7b`, `1.1b`, `350m`, `8x7b`.
fn is_size(text: &[u8]) -> bool {
    let [number @ .., b'b' | b'm'] = text else { return false };
    number.first().is_some_and(u8::is_ascii_digit)
        && number.iter().all(|byte| byte.is_ascii_digit() || b".x".contains(byte))
}

/// Returns the form that a segment marks, given the one after it and what the one before it marked.
fn form(segment: &[u8], next: &[u8], before: Option<Form>) -> Option<Form> {
    if let Some((_, form)) = MARKS.iter().find(|(marks, _)| marks.contains(&segment)) {
        return Some(*form);
    }
    let text = std::str::from_utf8(segment).ok()?;
    // Q4_K_M, IQ3_XXS, Q4_0 …: what follows the width belongs to it.
    let width = text.strip_prefix("iq").or_else(|| text.strip_prefix('q'));
    if let Some(width) = width
        && width.starts_with(|digit: char| ('1'..='8').contains(&digit))
        && width.len() <= 4
        && width.bytes().all(|byte| byte.is_ascii_digit() || b".kfx".contains(&byte))
    {
        return Some(Form::Gguf);
    }
    if matches!(before, Some(Form::Gguf | Form::Mlc))
        && matches!(text, "0" | "1" | "k" | "s" | "m" | "l" | "xl" | "xs" | "xxs" | "nl")
    {
        return before;
    }
    if matches!(before, Some(Form::Gguf)) && matches!(text, "mat" | "matrix") {
        return before;
    }
    if text.ends_with("bpw") && text.starts_with(|digit: char| digit.is_ascii_digit()) {
        return Some(Form::Exllama);
    }
    if before == Some(Form::Exllama) && matches!(text, "h6" | "h8") {
        return before;
    }
    // 4bit, 4-bit, 8bits, int4, w4a16, 128g.
    let bits = text.strip_suffix("bits").or_else(|| text.strip_suffix("bit"));
    if bits.is_some_and(|bits| {
        matches!(bits, "1" | "2" | "3" | "4" | "5" | "6" | "8" | "16" | "32")
            || bits.is_empty() && before == Some(Form::Bits)
    }) {
        return Some(if matches!(bits, Some("16" | "32")) { Form::Half } else { Form::Bits });
    }
    if matches!(text, "2" | "3" | "4" | "5" | "6" | "8") && matches!(next, b"bit" | b"bits") {
        return Some(Form::Bits);
    }
    if let Some(rest) = text.strip_prefix('w')
        && let Some((weights, activations)) = rest.split_once('a')
        && [weights, activations].iter().all(|width| matches!(*width, "2" | "3" | "4" | "8" | "16"))
    {
        return Some(Form::OtherQuantization);
    }
    if matches!(before, Some(Form::Gptq | Form::Bits))
        && matches!(text, "128g" | "64g" | "32g" | "1g" | "g128" | "g32" | "actorder" | "true")
    {
        return before;
    }
    if text == "unsloth" && next == b"bnb" {
        return Some(Form::BitsAndBytes);
    }
    None
}

/// Segments that mark a form wherever they stand.
const MARKS: &[(&[&[u8]], Form)] = &[
    (&[b"gguf", b"ggufs", b"ggml", b"ggmlv3", b"i1", b"imat", b"imatrix", b"imx"], Form::Gguf),
    (&[b"gptq", b"gptqmodel", b"marlin", b"gptqv2"], Form::Gptq),
    (&[b"awq", b"autoawq"], Form::Awq),
    (&[b"exl2", b"exl3", b"exllama", b"exllamav2"], Form::Exllama),
    (&[b"bnb", b"nf4", b"bitsandbytes"], Form::BitsAndBytes),
    (&[b"int4", b"int8", b"int3", b"int2", b"q4bit"], Form::Bits),
    (&[b"fp8", b"fp4", b"nvfp4", b"mxfp4", b"float8", b"f8", b"e4m3"], Form::Float8),
    (
        &[
            b"hqq",
            b"aqlm",
            b"quip",
            b"eetq",
            b"quanto",
            b"torchao",
            b"autoround",
            b"quantized",
            b"quant",
            b"quants",
            b"quantised",
            b"smashed",
            b"spqr",
            b"vptq",
            b"squeezellm",
            b"smoothquant",
        ],
        Form::OtherQuantization,
    ),
    (&[b"mlx", b"dwq"], Form::Mlx),
    (&[b"mlc", b"q4f16", b"q4f32", b"q3f16", b"q0f16"], Form::Mlc),
    (&[b"mnn"], Form::Mnn),
    (&[b"rknn", b"rk3588", b"rkllm"], Form::Rknn),
    (&[b"onnx", b"ort"], Form::Onnx),
    (&[b"llamafile"], Form::Llamafile),
    (&[b"openvino", b"ov"], Form::OpenVino),
    (&[b"coreml", b"mlpackage"], Form::CoreMl),
    (&[b"tflite", b"litert"], Form::TfLite),
    (&[b"ct2", b"ctranslate2", b"ct2fast"], Form::CTranslate),
    (&[b"fp16", b"bf16", b"fp32", b"f16", b"f32", b"float16", b"bfloat16", b"float32"], Form::Half),
    (&[b"sharded", b"safetensors", b"hf", b"resharded"], Form::Rewritten),
    (&[b"lora", b"qlora", b"loras", b"adapter", b"adapters", b"peft", b"dora"], Form::Adapter),
    (
        &[b"merge", b"slerp", b"ties", b"dare", b"mergekit", b"stock", b"passthrough", b"frankenmerge"],
        Form::Merge,
    ),
];

/// Segments that say how a model was trained.
const TRAINING: &[&[u8]] = &[
    b"base",
    b"pt",
    b"pretrained",
    b"chat",
    b"instruct",
    b"inst",
    b"instruction",
    b"it",
    b"sft",
    b"dpo",
    b"orpo",
    b"kto",
    b"ppo",
    b"grpo",
    b"rlhf",
    b"simpo",
    b"cpo",
    b"rloo",
    b"spin",
    b"reward",
    b"rm",
    b"ft",
    b"finetune",
    b"finetuned",
    b"finetuning",
    b"fine",
    b"tune",
    b"tuned",
    b"tuning",
    b"trained",
    b"aligned",
    b"abliterated",
    b"uncensored",
    b"heretic",
    b"full",
    b"final",
    b"epoch",
    b"epochs",
    b"step",
    b"steps",
    b"checkpoint",
    b"ckpt",
    b"seed",
    b"lr",
    b"model",
    b"preview",
    b"merged",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks which names have the same stem as the first.
    fn check(name: &str, same: &[&str], other: &[&str]) {
        let stem = |name: &str| parse(name).stem();
        for alike in same {
            assert_eq!(stem(alike), stem(name), "{alike}");
        }
        for unlike in other {
            assert_ne!(stem(unlike), stem(name), "{unlike}");
        }
    }

    fn check_forms(name: &str, expected: &[Form]) {
        assert_eq!(parse(name).forms.iter().collect::<Vec<Form>>(), expected, "{name}");
    }

    #[test]
    fn spellings_of_one_name_have_one_stem() {
        check(
            "Llama-2-7B-chat",
            &["llama2-7b_chat", "Llama_2-7b-Chat-hf"],
            &["llama-2-13b-chat", "llama-2-7b"],
        );
        check("stablelm-2-1_6b", &["StableLM-2-1.6B", "stablelm2-1_6b-GGUF"], &["stablelm-2-16b"]);
        check("MELT-v1.0", &["melt-1", "MELT_V1"], &["melt-1.1", "melt-2"]);
    }

    #[test]
    fn marks_of_formats_are_no_part_of_a_stem() {
        check(
            "poet-7b",
            &[
                "poet-7b-GGUF",
                "poet-7b-i1-GGUF",
                "poet-7B.Q4_K_M-GGUF",
                "poet-7b-iMat.GGUF",
                "poet-7b-6.0bpw-h6-exl2",
                "poet-7b-4bit",
                "poet-7b-4-bit",
                "poet-7b-GPTQ-4bit-128g",
                "poet-7b-quantized.w4a16",
                "poet-7b-unsloth-bnb-4bit",
                "poet-7b-MNN",
                "poet-7b-IQ3_XXS",
            ],
            &["poet-7b-chat", "poet-7b-128k", "poet"],
        );
    }

    #[test]
    fn a_name_of_marks_alone_keeps_them() {
        check("GGUF", &["gguf"], &["awq"]);
        check("", &["--"], &["x"]);
    }

    #[test]
    fn a_name_tells_its_forms() {
        check_forms("poet-7b-Q4_K_M-GGUF", &[Form::Gguf]);
        check_forms("DeepSeek-R1-FP4", &[Form::Float8]);
        check_forms("Qwen3-4B-MLX-8bit", &[Form::Bits, Form::Mlx]);
        check_forms("mix-7b-slerp", &[Form::Merge]);
        check_forms("poet-lora", &[Form::Adapter]);
        check_forms("poet-7b-instruct-v0.2", &[]);
    }

    #[test]
    fn a_mark_of_training_after_a_format_says_that_it_was_trained_in_it() {
        assert!(parse("Llama-3.2-1B-unsloth-bnb-4bit-dpo").is_trained_in);
        assert!(!parse("poet-7b-dpo-GGUF").is_trained_in);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_taken_apart(text in ".{0,300}") {
            let name = parse(&text);
            proptest::prop_assert!(name.tokens.len() <= MOST_TOKENS + 8);
            proptest::prop_assert_eq!(name.stem(), parse(&text.to_ascii_uppercase()).stem());
        }
    }
}
