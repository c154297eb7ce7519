//! By what operation was a model made from a base that was inferred?
//!
//! Formats with fewer bits are quantized; GGUF and MNN files are, unless they say otherwise, as the study's
//! raters took them. Formats that say nothing of bits are conversions: an ONNX export, an MLX copy
//! without a bit width. The Hub has no word for those and shows `quantized` (of ONNX models in the
//! spring of 2025, 372 of 374), so beside its words a conversion counts as that.

use super::{index::Class, names::Form};
use crate::{
    operation::{Group, Operation},
    set::Set,
};

/// Formats that are nothing but another way to write the same weights.
const CONVERSIONS: [Form; 6] =
    [Form::Onnx, Form::Mlx, Form::OpenVino, Form::CoreMl, Form::TfLite, Form::CTranslate];
/// What tells that there are fewer bits than before.
const FEWER_BITS: [Form; 12] = [
    Form::Gguf,
    Form::Gptq,
    Form::Awq,
    Form::Exllama,
    Form::BitsAndBytes,
    Form::Bits,
    Form::Float8,
    Form::OtherQuantization,
    Form::Mlc,
    Form::Mnn,
    Form::Rknn,
    Form::Llamafile,
];

/// Returns the operation, given both forms and whether the names are the same but for the form.
pub fn operation(class: Class, forms: Set<Form>, base: Set<Form>, same_stem: bool) -> Operation {
    match class {
        Class::Format | Class::Exported if forms.has_any(&CONVERSIONS) && !forms.has_any(&FEWER_BITS) => {
            Operation::Convert
        }
        Class::Format | Class::Exported => Operation::Quantized,
        Class::Adapter => Operation::Adapter,
        Class::Merge => Operation::Merge,
        Class::Trained if same_stem && forms != base && forms.has_any(&[Form::Half, Form::Rewritten]) => {
            Operation::Convert
        }
        Class::Trained => Operation::Finetune,
    }
}

/// Returns the group of the word that the Hub would show for an operation.
pub fn shown(class: Class, operation: &Operation) -> Group {
    match (class, operation) {
        (Class::Format | Class::Exported, Operation::Convert) => Group::Quantized,
        (_, operation) => operation.group(),
    }
}
