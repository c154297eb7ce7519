//! By what operation was a model made from a base that was inferred?
//!
//! Other formats with fewer bits are quantized. So are GGUF, ONNX and MLX exports: their makers
//! declare `quantized` of them on the Hub (of ONNX models in the spring of 2025, 372 of 374), and the
//! study's raters did. Formats that say nothing of bits are conversions.

use super::{index::Class, names::Form};
use crate::{operation::Operation, set::Set};

/// Formats that are nothing but another way to write the same weights.
const CONVERSIONS: [Form; 4] = [Form::OpenVino, Form::CoreMl, Form::TfLite, Form::CTranslate];
/// What tells that there are fewer bits than before.
const FEWER_BITS: [Form; 11] = [
    Form::Gguf,
    Form::Gptq,
    Form::Awq,
    Form::Exllama,
    Form::BitsAndBytes,
    Form::Bits,
    Form::Float8,
    Form::OtherQuantization,
    Form::Mlc,
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
