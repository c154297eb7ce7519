//! What do the configuration files beside the weights say?
//!
//! They are JSON that tools wrote. A value of another type than its tool writes counts as missing; a file that
//! is no JSON is an error with its line.

use crate::finding::Place;
use serde_json::{Map, Value};

/// What `config.json` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// What was loaded when training began: a name, or a path on somebody's disk.
    pub name_or_path: Option<String>,
    pub architectures: Vec<String>,
    pub model_type: Option<String>,
    /// `quantization_config.quant_method`; `mlx` where MLX has quantized.
    pub quantization: Option<String>,
    pub bits: Option<u64>,
}

/// What `adapter_config.json` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adapter {
    /// A name, or a path on somebody's disk.
    pub base: Option<String>,
    /// The commit or branch of the base.
    pub revision: Option<String>,
    /// `LORA`, `IA3` …
    pub kind: Option<String>,
}

/// Why a configuration could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("it is not JSON: {why}")]
    Json { at: Place, why: String },
    #[error("it is no JSON object")]
    NoObject,
}

impl ConfigError {
    /// Where in the file the trouble is.
    pub fn place(&self) -> Place {
        match self {
            ConfigError::Json { at, .. } => *at,
            ConfigError::NoObject => Place::START,
        }
    }
}

/// How many architectures are kept.
const MOST: usize = 16;

/// The longest text that is kept of a value; a template of prompts is not kept.
const LONGEST: usize = 4096;

/// Reads `config.json`.
pub fn config(bytes: &[u8]) -> Result<Config, ConfigError> {
    let object = object(bytes)?;
    let method = object.get("quantization_config").and_then(Value::as_object);
    let by_mlx = object.get("quantization").and_then(Value::as_object);
    let loads = |key: &str| method.and_then(|method| method.get(key)) == Some(&Value::Bool(true));
    let number = |from: Option<&Map<String, Value>>, key: &str| from.and_then(|from| from.get(key)?.as_u64());
    let quantization = match method {
        Some(method) => text(method, "quant_method")
            .or_else(|| (loads("load_in_4bit") || loads("load_in_8bit")).then(|| "bitsandbytes".to_owned())),
        None => by_mlx.is_some_and(|mlx| mlx.contains_key("bits")).then(|| "mlx".to_owned()),
    };
    let bits = number(method, "bits").or_else(|| number(method, "w_bit")).or_else(|| number(by_mlx, "bits"));
    let bits =
        bits.or_else(|| loads("load_in_4bit").then_some(4)).or_else(|| loads("load_in_8bit").then_some(8));
    let architectures = object.get("architectures").and_then(Value::as_array);
    let architectures = architectures.into_iter().flatten().filter_map(Value::as_str);
    Ok(Config {
        name_or_path: text(&object, "_name_or_path"),
        architectures: architectures
            .filter(|name| name.len() <= LONGEST)
            .take(MOST)
            .map(str::to_owned)
            .collect(),
        model_type: text(&object, "model_type"),
        quantization,
        bits,
    })
}

/// Reads `adapter_config.json`.
pub fn adapter(bytes: &[u8]) -> Result<Adapter, ConfigError> {
    let object = object(bytes)?;
    Ok(Adapter {
        base: text(&object, "base_model_name_or_path").or_else(|| text(&object, "model_name")),
        revision: text(&object, "revision"),
        kind: text(&object, "peft_type"),
    })
}

/// Whether `tokenizer_config.json` or `chat_template.json` holds a template: a text, or a list of them by name.
pub fn has_chat_template(bytes: &[u8]) -> Result<bool, ConfigError> {
    let object = object(bytes)?;
    Ok(match object.get("chat_template") {
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        _ => false,
    })
}

/// Reads the method from `quantize_config.json`, `quant_config.json` or `hf_quant_config.json`; each is written by one
/// family of tools.
pub fn quantization(path: &str, bytes: &[u8]) -> Result<Option<String>, ConfigError> {
    let object = object(bytes)?;
    let stated = text(&object, "quant_method").or_else(|| {
        let nested = object.get("quantization").and_then(Value::as_object)?;
        text(nested, "quant_algo")
    });
    let by_name = match path {
        "quantize_config.json" => Some("gptq"),
        "quant_config.json" => Some("awq"),
        _ => None,
    };
    Ok(stated.map(|method| method.to_lowercase()).or(by_name.map(str::to_owned)))
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, ConfigError> {
    // A byte order mark is no JSON, but tools on Windows write it.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ConfigError::NoObject),
        Err(error) => {
            let number = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
            let at = Place { line: number(error.line()), column: number(error.column()) };
            let why = error.to_string();
            let why = why.split(" at line ").next().unwrap_or_default().to_owned();
            Err(ConfigError::Json { at, why })
        }
    }
}

fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    let text = object.get(key)?.as_str()?.trim();
    (!text.is_empty() && text.len() <= LONGEST).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_configuration_says_what_was_loaded_and_how_it_was_quantized() {
        let json = r#"{"_name_or_path":"a/b","architectures":["X",1],"model_type":"llama",
            "quantization_config":{"quant_method":"gptq","bits":4}}"#;
        let expected = Config {
            name_or_path: Some("a/b".into()),
            architectures: vec!["X".into()],
            model_type: Some("llama".into()),
            quantization: Some("gptq".into()),
            bits: Some(4),
        };
        assert_eq!(config(json.as_bytes()), Ok(expected));
        let mlx = config(br#"{"quantization":{"group_size":64,"bits":4}}"#).expect("an object");
        assert_eq!((mlx.quantization.as_deref(), mlx.bits), (Some("mlx"), Some(4)));
        let bnb = config(br#"{"quantization_config":{"load_in_8bit":true}}"#).expect("an object");
        assert_eq!((bnb.quantization.as_deref(), bnb.bits), (Some("bitsandbytes"), Some(8)));
    }

    #[test]
    fn an_adapter_names_its_base() {
        let read = adapter(br#"{"base_model_name_or_path":"a/b","peft_type":"LORA","revision":null}"#);
        assert_eq!(read, Ok(Adapter { base: Some("a/b".into()), revision: None, kind: Some("LORA".into()) }));
    }

    #[test]
    fn a_template_is_a_text_or_a_list() {
        assert_eq!(has_chat_template(br#"{"chat_template":"{{x}}"}"#), Ok(true));
        assert_eq!(has_chat_template(br#"{"chat_template":[{"name":"default","template":"x"}]}"#), Ok(true));
        assert_eq!(has_chat_template(br#"{"chat_template":null}"#), Ok(false));
    }

    #[test]
    fn a_broken_configuration_says_where() {
        let error = config(b"{\n  \"a\": }").expect_err("no JSON");
        assert_eq!(
            (error.place().to_string(), error.to_string()),
            ("2:8".into(), "it is not JSON: expected value".into())
        );
        assert_eq!(config(b"[]"), Err(ConfigError::NoObject));
        assert!(config("[".repeat(100_000).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_configuration_or_an_error(text in ".{0,200}") {
            let _ = (config(text.as_bytes()), adapter(text.as_bytes()), has_chat_template(text.as_bytes()));
        }
    }
}
