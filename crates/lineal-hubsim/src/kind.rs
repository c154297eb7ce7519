//! What kind of model is it, and which words does its kind use?

/// What a model works on. Families keep to one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Image,
    Audio,
    Multimodal,
    Control,
    Table,
}

/// The vocabulary of a kind.
pub(crate) struct Words {
    /// Weights and values of `pipeline_tag`.
    pub tasks: &'static [(u32, &'static str)],
    pub libraries: &'static [(u32, &'static str)],
    /// `model_type` and architecture; none where the library has no such thing.
    pub architectures: &'static [(&'static str, &'static str)],
    /// What a family is called, by stem.
    pub stems: &'static [&'static str],
    /// What follows the stem: sizes and sorts, the parameters in millions.
    pub sizes: &'static [(&'static str, u32)],
    /// What models are tuned for.
    pub topics: &'static [&'static str],
    /// What people call models that belong to no family.
    pub singles: &'static [&'static str],
}

impl Kind {
    pub const ALL: [Kind; 6] =
        [Kind::Text, Kind::Image, Kind::Audio, Kind::Multimodal, Kind::Control, Kind::Table];

    pub fn words(self) -> &'static Words {
        match self {
            Kind::Text => &TEXT,
            Kind::Image => &IMAGE,
            Kind::Audio => &AUDIO,
            Kind::Multimodal => &MULTIMODAL,
            Kind::Control => &CONTROL,
            Kind::Table => &TABLE,
        }
    }
}

const TEXT: Words = Words {
    tasks: &[
        (58, "text-generation"),
        (14, "text-classification"),
        (6, "token-classification"),
        (6, "text2text-generation"),
        (5, "fill-mask"),
        (4, "sentence-similarity"),
        (3, "feature-extraction"),
        (2, "question-answering"),
        (1, "translation"),
        (1, "summarization"),
    ],
    libraries: &[(88, "transformers"), (7, "sentence-transformers"), (3, "spacy"), (2, "flair")],
    architectures: &[
        ("llama", "LlamaForCausalLM"),
        ("mistral", "MistralForCausalLM"),
        ("gpt_neox", "GPTNeoXForCausalLM"),
        ("bert", "BertForSequenceClassification"),
        ("t5", "T5ForConditionalGeneration"),
    ],
    stems: &[
        "aurora",
        "basalt",
        "cascade",
        "driftwood",
        "ember",
        "fjord",
        "glacier",
        "harbor",
        "indigo",
        "juniper",
        "keystone",
        "lumen",
        "meridian",
        "nimbus",
        "obsidian",
        "pinecrest",
        "quill",
        "riverstone",
        "sable",
        "tundra",
        "umbra",
        "verdant",
        "willow",
        "xenon",
        "yarrow",
        "zephyrus",
    ],
    sizes: &[
        ("0.5b", 494),
        ("1.5b", 1_543),
        ("3b", 3_212),
        ("7b", 7_241),
        ("8b-instruct", 8_030),
        ("13b", 13_015),
        ("32b", 32_763),
        ("70b", 70_553),
        ("base-uncased", 110),
        ("small", 60),
    ],
    topics: &[
        "code",
        "math",
        "chat",
        "medical",
        "legal",
        "finance",
        "roleplay",
        "story",
        "german",
        "korean",
        "arabic",
        "sql",
        "reasoning",
        "tools",
        "summarization",
        "sentiment",
        "ner",
        "toxicity",
        "imdb",
        "alpaca",
        "emotion",
        "news",
        "science",
        "support",
    ],
    singles: &[
        "my_awesome_model",
        "results",
        "test_trainer",
        "sentiment-classifier",
        "tiny-gpt",
        "toy-transformer",
        "tokenizer-test",
        "intent-detector",
        "ner-model",
        "chatbot",
        "final-model",
        "output",
        "qa-model",
        "spam-filter",
        "story-writer",
    ],
};

const IMAGE: Words = Words {
    tasks: &[
        (62, "text-to-image"),
        (22, "image-classification"),
        (6, "object-detection"),
        (5, "image-segmentation"),
        (3, "image-to-image"),
        (2, "unconditional-image-generation"),
    ],
    libraries: &[(80, "diffusers"), (16, "transformers"), (4, "timm")],
    architectures: &[("vit", "ViTForImageClassification"), ("detr", "DetrForObjectDetection")],
    stems: &["prism", "canvas", "mosaic", "fresco", "palette", "vellum", "lantern", "halide"],
    sizes: &[
        ("xl-base", 2_567),
        ("dev", 11_901),
        ("base-1.0", 860),
        ("schnell", 11_901),
        ("patch16-224", 86),
    ],
    topics: &[
        "watercolor",
        "portrait",
        "pixel-art",
        "anime",
        "logo",
        "landscape",
        "vintage",
        "clay",
        "comic",
        "product",
        "sketch",
        "food",
        "pets",
    ],
    singles: &[
        "dreambooth-dog",
        "flower-classifier",
        "sd-class-butterflies",
        "my-style",
        "food-or-not",
        "style-test",
    ],
};

const AUDIO: Words = Words {
    tasks: &[
        (62, "automatic-speech-recognition"),
        (18, "text-to-speech"),
        (14, "audio-classification"),
        (6, "text-to-audio"),
    ],
    libraries: &[(90, "transformers"), (6, "speechbrain"), (4, "espnet")],
    architectures: &[
        ("whisper", "WhisperForConditionalGeneration"),
        ("wav2vec2", "Wav2Vec2ForCTC"),
        ("hubert", "HubertForSequenceClassification"),
    ],
    stems: &["murmur", "cadence", "sonorous", "birdsong"],
    sizes: &[("tiny", 38), ("small", 244), ("large-v2", 1_543), ("base", 95)],
    topics: &["hindi", "swahili", "yoruba", "welsh", "minds14", "gtzan", "commands", "turkish"],
    singles: &["genre-classifier", "my-asr", "voice-clone", "keyword-spotter"],
};

const MULTIMODAL: Words = Words {
    tasks: &[
        (80, "image-text-to-text"),
        (10, "visual-question-answering"),
        (6, "document-question-answering"),
        (4, "any-to-any"),
    ],
    libraries: &[(100, "transformers")],
    architectures: &[
        ("llava", "LlavaForConditionalGeneration"),
        ("idefics3", "Idefics3ForConditionalGeneration"),
    ],
    stems: &["panorama", "lookout", "spyglass"],
    sizes: &[("vl-2b", 2_209), ("vl-7b-instruct", 8_292), ("vl-11b", 10_670)],
    topics: &["ocr", "charts", "invoices", "radiology", "gui", "receipts"],
    singles: &["doc-reader", "vqa-test", "receipt-parser"],
};

const CONTROL: Words = Words {
    tasks: &[(94, "reinforcement-learning"), (6, "robotics")],
    libraries: &[(60, "stable-baselines3"), (25, "ml-agents"), (15, "lerobot")],
    architectures: &[],
    stems: &["waypoint", "gripper"],
    sizes: &[("policy", 52), ("base", 450)],
    topics: &["reach", "stack-cubes", "fold", "drive"],
    singles: &[
        "ppo-LunarLander-v2",
        "q-FrozenLake-v1-4x4-noSlippery",
        "q-Taxi-v3",
        "ppo-Huggy",
        "a2c-PandaReachDense-v3",
        "Reinforce-CartPole-v1",
        "poca-SoccerTwos",
        "dqn-SpaceInvadersNoFrameskip-v4",
    ],
};

const TABLE: Words = Words {
    tasks: &[(60, "tabular-classification"), (25, "tabular-regression"), (15, "time-series-forecasting")],
    libraries: &[(80, "sklearn"), (20, "transformers")],
    architectures: &[],
    stems: &["ledger", "almanac"],
    sizes: &[("base", 46), ("large", 200)],
    topics: &["churn", "energy", "credit"],
    singles: &["wine-quality", "churn-model", "house-prices", "titanic"],
};

/// Owners and names of the bases that are still declared by their bare name.
pub(crate) const LEGACY: [(&str, &str); 8] = [
    ("distilbert", "distilbert-base-uncased"),
    ("openai-community", "gpt2"),
    ("FacebookAI", "xlm-roberta-base"),
    ("google-bert", "bert-base-uncased"),
    ("google-bert", "bert-base-cased"),
    ("FacebookAI", "roberta-base"),
    ("google-t5", "t5-small"),
    ("distilbert", "distilgpt2"),
];

/// What people name as a base although the hub never had it.
pub(crate) const NOWHERE: [&str; 8] = [
    "llama-7b",
    "SDXL_model",
    "BART",
    "my-base-model",
    "internal-research/unreleased-13b",
    "none/none",
    "mistral-7b-hf",
    "checkpoint-500",
];

/// What training scripts write into a card when the base was a folder.
pub(crate) const PATHS: [&str; 6] = [
    "./output/checkpoint-500",
    "/kaggle/working/model",
    "/content/drive/MyDrive/llama-7b",
    "../models/base",
    "/workspace/ckpt/step_2000",
    "C:\\models\\base-7b",
];

/// Weights of licences; the first entry says that none is given.
pub(crate) const LICENSES: [(u32, Option<&str>); 10] = [
    (30, None),
    (28, Some("apache-2.0")),
    (14, Some("mit")),
    (8, Some("other")),
    (5, Some("openrail")),
    (5, Some("llama3.1")),
    (4, Some("creativeml-openrail-m")),
    (3, Some("cc-by-nc-4.0")),
    (2, Some("gemma")),
    (1, Some("llama2")),
];

pub(crate) const DATASETS: [&str; 10] = [
    "paperboat/instructions-100k",
    "paperboat/dialogues",
    "openharvest/web-text-v2",
    "openharvest/code-pairs",
    "stonebridge/medical-notes",
    "stonebridge/legal-cases",
    "larkspur/images-of-things",
    "larkspur/voices",
    "generator",
    "imdb",
];

pub(crate) const LANGUAGES: [(u32, &str); 6] =
    [(80, "en"), (6, "zh"), (4, "de"), (4, "fr"), (3, "ko"), (3, "ar")];
