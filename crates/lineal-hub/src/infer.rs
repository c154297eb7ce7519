//! By what operation would the Hub say a model was derived, when nothing says it?
//!
//! The Hub's rule is unpublished, so this one is fitted to what the Hub said, and what follows
//! from it is marked as inferred. The evidence is 2,736 models that the Hub left untyped in July
//! 2024 and had typed by April 2025, of which the rule gets 2,735 right, and 1,931 that stated no
//! operation and were finetunes to the Hub, of which it gets 1,927 right. They derive from a few
//! dozen well-known bases, and no fresh sample was at hand. They show, among other things:
//!
//! - `adapter_config.json` among the files makes no adapter: 738 such models are finetunes to the
//!   Hub. Nor does a tag `peft`. The library does, and so do a few tags.
//! - `merge` and `mergekit` tags make no merge: 14 of 14 models with them and one base are finetunes.
//! - A quantized adapter is an adapter, and a quantized merge is quantized, so the order is as below.
//! - Tags `onnx`, `mlx` and `openvino` make nothing quantized; most old models have the first.
//!   A library called `onnx` is counted, since the Hub is known to take such exports for quantized.
//! - On `exl2`, `exl3`, `compressed-tensors` and the libraries `adapters` and `optimum-onnx` there is
//!   no evidence; they are counted as what they are made for.
//!
//! Files are not looked at at all: where they tell something, the Hub has put it in a tag. Nor are
//! bases that nobody declared.

use lineal_core::operation::Operation;

const ADAPTER_LIBRARIES: [&str; 3] = ["peft", "adapter-transformers", "adapters"];
const ADAPTER_TAGS: [&str; 4] = ["lora", "textual_inversion", "custom-diffusion", "controlnet"];
const QUANTIZED_LIBRARIES: [&str; 4] = ["gguf", "mlc-llm", "onnx", "optimum-onnx"];
const QUANTIZED_TAGS: [&str; 9] =
    ["gguf", "gptq", "awq", "exl2", "exl3", "4-bit", "8-bit", "mlc-llm", "compressed-tensors"];

/// What a record shows of how its model was made.
#[derive(Debug, Default)]
pub struct Signs<'a> {
    pub tags: &'a [String],
    pub library: Option<&'a str>,
    /// The configuration says what an adapter is to be applied to.
    pub has_peft_config: bool,
    /// The configuration names a quantization method, or there is GGUF metadata.
    pub is_quantized: bool,
    /// How many different bases the record declares.
    pub bases: usize,
}

/// Returns the operation that the hub would infer.
pub fn infer(signs: &Signs) -> Operation {
    let library = signs.library.unwrap_or_default();
    let has_tag = |wanted: &[&str]| signs.tags.iter().any(|tag| wanted.contains(&tag.as_str()));
    if signs.has_peft_config || ADAPTER_LIBRARIES.contains(&library) || has_tag(&ADAPTER_TAGS) {
        Operation::Adapter
    } else if signs.is_quantized || QUANTIZED_LIBRARIES.contains(&library) || has_tag(&QUANTIZED_TAGS) {
        Operation::Quantized
    } else if signs.bases > 1 {
        Operation::Merge
    } else {
        Operation::Finetune
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(library: &str, tags: &[&str], bases: usize, expected: &str) {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let signs = Signs { tags: &tags, library: Some(library), bases, ..Signs::default() };
        assert_eq!(infer(&signs).as_str(), expected, "{library} {tags:?} {bases}");
    }

    #[test]
    fn a_quantized_adapter_is_an_adapter() {
        check("peft", &["4-bit"], 1, "adapter");
        check("diffusers", &["lora"], 1, "adapter");
    }

    #[test]
    fn a_quantized_merge_is_quantized() {
        check("transformers", &["mergekit", "gguf"], 2, "quantized");
    }

    #[test]
    fn only_several_bases_make_a_merge() {
        check("transformers", &[], 2, "merge");
        check("transformers", &["merge", "mergekit"], 1, "finetune");
    }

    #[test]
    fn an_onnx_export_beside_the_weights_changes_nothing() {
        check("transformers", &["onnx", "safetensors"], 1, "finetune");
        check("onnx", &["onnx"], 1, "quantized");
    }
}
