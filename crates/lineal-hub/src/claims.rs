//! What does a record claim about its bases?
//!
//! Up to seven places name bases, and each is kept as evidence. Tags come first, because a record's
//! first mention of a base fixes the base's place in it, and the study reads tags.

use lineal_core::{
    ids::LONGEST_NAME,
    model_id::HubId,
    oddity::{Oddities, Oddity},
    operation::Operation,
    record::{Claim, Source},
};
use std::borrow::Cow;

/// The places of a record that can name bases, as they are written.
#[derive(Debug, Default)]
pub struct Places<'a> {
    pub tags: &'a [Cow<'a, str>],
    pub field: Vec<(String, Option<HubId>)>,
    pub field_operation: Option<String>,
    pub card: Vec<String>,
    pub card_operation: Option<String>,
    /// What a tool says that an adapter is for.
    pub peft: [Option<String>; 2],
    pub name_or_path: Option<String>,
}

/// Returns every claim, in the record's order. Names that cannot be anyone's are left out.
pub fn claims(places: Places, model: &str, oddities: &mut Oddities) -> Vec<Claim> {
    let Places { tags, field, field_operation, card, card_operation, peft, name_or_path } = places;
    let field_operation = field_operation.as_deref().map(Operation::named);
    let card_operation = card_operation.as_deref().map(Operation::named);

    let mut claims: Vec<Claim> = tags.iter().filter_map(|tag| in_tag(tag)).collect();
    claims.extend(field.into_iter().map(|(base, base_hub_id)| Claim {
        base,
        base_hub_id,
        operation: field_operation.clone(),
        source: Source::BaseModelsField,
    }));
    claims.extend(card.into_iter().map(|base| Claim {
        base,
        base_hub_id: None,
        operation: card_operation.clone(),
        source: Source::Card,
    }));
    let found = peft.into_iter().flatten().map(|base| (base, Source::PeftConfig));
    let found = found.chain(name_or_path.map(|base| (base, Source::NameOrPath)));
    claims.extend(found.map(|(base, source)| Claim { base, base_hub_id: None, operation: None, source }));
    claims.retain(|claim| is_name(claim, model, oddities));
    claims
}

/// Reads `base_model:<base>` or `base_model:<operation>:<base>`.
fn in_tag(tag: &str) -> Option<Claim> {
    let rest = tag.strip_prefix("base_model:")?;
    let typed = rest.split_once(':').filter(|(word, base)| is_operation(word, base));
    let (base, operation, source) = match typed {
        Some((word, base)) => (base, Some(Operation::named(word)), Source::TypedTag),
        None => (rest, None, Source::UntypedTag),
    };
    Some(Claim { base: base.to_owned(), base_hub_id: None, operation, source })
}

/// Whether a colon stands after an operation, not within a base such as `https://…` or `C:\…`.
fn is_operation(word: &str, base: &str) -> bool {
    let is_word =
        word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    is_word && !base.starts_with("//")
}

/// Whether the base can be a name at all.
pub fn is_name(claim: &Claim, model: &str, oddities: &mut Oddities) -> bool {
    let is_name = !claim.base.trim().is_empty() && claim.base.len() <= LONGEST_NAME;
    if !is_name {
        let length = claim.base.len();
        oddities.add(Oddity::EmptyBase, || match length {
            0..=LONGEST_NAME => format!("{model}: a {} without a name", claim.source.as_str()),
            _ => format!("{model}: a {} with a name of {length} bytes", claim.source.as_str()),
        });
    }
    is_name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(places: Places, expected: &str) {
        let mut oddities = Oddities::default();
        let claims = claims(places, "a/b", &mut oddities);
        let mut lines: Vec<String> = claims.iter().map(line).collect();
        for (_, met) in oddities.iter() {
            lines.extend(met.examples.iter().map(|example| format!("! {example}")));
        }
        let expected: Vec<&str> = expected.trim().lines().map(str::trim_start).collect();
        assert_eq!(lines, expected);
    }

    fn line(claim: &Claim) -> String {
        let operation = claim.operation.as_ref().map_or("-", |operation| operation.as_str());
        format!("{} {operation} {}", claim.source.as_str(), claim.base)
    }

    fn check_tags(tags: &[&str], expected: &str) {
        let tags: Vec<Cow<str>> = tags.iter().map(|tag| Cow::Borrowed(*tag)).collect();
        check(Places { tags: &tags, ..Places::default() }, expected);
    }

    #[test]
    fn a_typed_and_an_untyped_tag_are_both_evidence() {
        check_tags(
            &["license:mit", "base_model:o/x", "base_model:quantized:o/x", "base_model:o/y"],
            "
            untyped_tag - o/x
            typed_tag quantized o/x
            untyped_tag - o/y
            ",
        );
    }

    #[test]
    fn an_operation_nobody_knows_is_kept_as_a_word() {
        check_tags(&["base_model:self_merge:o/x"], "typed_tag self_merge o/x");
    }

    #[test]
    fn a_colon_within_a_base_is_no_operation() {
        check_tags(
            &[
                "base_model:https://huggingface.co/o/x",
                "base_model:finetune:https://huggingface.co/o/x",
                r"base_model:C:\models\x",
                "base_model:o/x:latest",
                "base_model::o/x",
            ],
            r"
            untyped_tag - https://huggingface.co/o/x
            typed_tag finetune https://huggingface.co/o/x
            untyped_tag - C:\models\x
            untyped_tag - o/x:latest
            untyped_tag - :o/x
            ",
        );
    }

    #[test]
    fn a_base_without_a_name_or_with_an_endless_one_is_left_out() {
        let endless = format!("base_model:{}", "x".repeat(LONGEST_NAME + 1));
        check_tags(
            &["base_model:", "base_model:merge: ", &endless, "base_model: o/x"],
            "
            untyped_tag -  o/x
            ! a/b: a untyped_tag without a name
            ! a/b: a typed_tag without a name
            ! a/b: a untyped_tag with a name of 513 bytes
            ",
        );
    }

    #[test]
    fn tags_come_first_then_the_field_the_card_and_the_configuration() {
        let tags = [Cow::Borrowed("base_model:o/y")];
        check(
            Places {
                tags: &tags,
                field: vec![("o/x".into(), None), ("o/y".into(), None)],
                field_operation: Some("merge".into()),
                card: vec!["o/x".into(), String::new()],
                card_operation: Some("distill".into()),
                peft: [Some("/tmp/checkpoint".into()), Some("o/z".into())],
                name_or_path: Some("o/w".into()),
            },
            "
            untyped_tag - o/y
            base_models_field merge o/x
            base_models_field merge o/y
            card distill o/x
            peft_config - /tmp/checkpoint
            peft_config - o/z
            name_or_path - o/w
            ! a/b: a card without a name
            ",
        );
    }
}
