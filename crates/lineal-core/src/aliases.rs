//! Which owner does a legacy bare name belong to now?
//!
//! The Hub's first models had names without an owner (`gpt2`). In 2024 they were given owners;
//! the old names redirect, and an eighth of that year's relations still use them. These are all
//! 68 bare names of the Hub in February 2022, each found under one owner in July 2024.

const OWNERS: &[(&str, &[&str])] = &[
    (
        "albert",
        &[
            "albert-base-v1",
            "albert-base-v2",
            "albert-large-v1",
            "albert-large-v2",
            "albert-xlarge-v1",
            "albert-xlarge-v2",
            "albert-xxlarge-v1",
            "albert-xxlarge-v2",
        ],
    ),
    ("almanach", &["camembert-base"]),
    (
        "distilbert",
        &[
            "distilbert-base-cased",
            "distilbert-base-cased-distilled-squad",
            "distilbert-base-german-cased",
            "distilbert-base-multilingual-cased",
            "distilbert-base-uncased",
            "distilbert-base-uncased-distilled-squad",
            "distilbert-base-uncased-finetuned-sst-2-english",
            "distilgpt2",
            "distilroberta-base",
        ],
    ),
    (
        "FacebookAI",
        &[
            "roberta-base",
            "roberta-large",
            "roberta-large-mnli",
            "xlm-clm-ende-1024",
            "xlm-clm-enfr-1024",
            "xlm-mlm-100-1280",
            "xlm-mlm-17-1280",
            "xlm-mlm-en-2048",
            "xlm-mlm-ende-1024",
            "xlm-mlm-enfr-1024",
            "xlm-mlm-enro-1024",
            "xlm-mlm-tlm-xnli15-1024",
            "xlm-mlm-xnli15-1024",
            "xlm-roberta-base",
            "xlm-roberta-large",
            "xlm-roberta-large-finetuned-conll02-dutch",
            "xlm-roberta-large-finetuned-conll02-spanish",
            "xlm-roberta-large-finetuned-conll03-english",
            "xlm-roberta-large-finetuned-conll03-german",
        ],
    ),
    (
        "google-bert",
        &[
            "bert-base-cased",
            "bert-base-cased-finetuned-mrpc",
            "bert-base-chinese",
            "bert-base-german-cased",
            "bert-base-german-dbmdz-cased",
            "bert-base-german-dbmdz-uncased",
            "bert-base-multilingual-cased",
            "bert-base-multilingual-uncased",
            "bert-base-uncased",
            "bert-large-cased",
            "bert-large-cased-whole-word-masking",
            "bert-large-cased-whole-word-masking-finetuned-squad",
            "bert-large-uncased",
            "bert-large-uncased-whole-word-masking",
            "bert-large-uncased-whole-word-masking-finetuned-squad",
        ],
    ),
    ("google-t5", &["t5-11b", "t5-3b", "t5-base", "t5-large", "t5-small"]),
    (
        "openai-community",
        &[
            "gpt2",
            "gpt2-large",
            "gpt2-medium",
            "gpt2-xl",
            "openai-gpt",
            "roberta-base-openai-detector",
            "roberta-large-openai-detector",
        ],
    ),
    ("Salesforce", &["ctrl"]),
    ("transfo-xl", &["transfo-xl-wt103"]),
    ("xlnet", &["xlnet-base-cased", "xlnet-large-cased"]),
];

/// Returns the present name of a legacy model, as `owner/name`; case is ignored.
pub fn present_name(legacy: &str) -> Option<String> {
    OWNERS.iter().find_map(|(owner, names)| {
        let name = names.iter().find(|name| name.eq_ignore_ascii_case(legacy))?;
        Some(format!("{owner}/{name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_names_have_an_owner_now() {
        assert_eq!(present_name("gpt2").as_deref(), Some("openai-community/gpt2"));
        assert_eq!(present_name("XLM-RoBERTa-base").as_deref(), Some("FacebookAI/xlm-roberta-base"));
        assert_eq!(present_name("gpt3"), None);
        assert_eq!(OWNERS.iter().map(|(_, names)| names.len()).sum::<usize>(), 68);
    }
}
