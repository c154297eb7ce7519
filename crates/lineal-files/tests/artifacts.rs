//! What do real files say that tools have written? They lie beside the project; without them, these tests are skipped.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use lineal_core::record::Source;
use lineal_files::{
    config,
    folder::{self, File, Want},
    gguf, merge_config, safetensors,
};
use std::{fs, path::PathBuf};

/// Files of a folder of artifacts, by name; none where the artifacts are absent.
fn artifacts(folder: &str) -> Vec<(String, Vec<u8>)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/artifacts").join(folder);
    let Ok(entries) = fs::read_dir(&path) else {
        eprintln!("SKIPPED: {folder}: ../shared is absent");
        return Vec::new();
    };
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("an entry of the folder").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(path).expect("a readable file"))
        })
        .collect();
    files.sort();
    files
}

fn check(shown: Vec<String>, expected: &str) {
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert!(shown.is_empty() || shown == expected, "{}", shown.join("\n"));
}

#[test]
fn vocabularies_of_llama_cpp_are_read() {
    let files = artifacts("gguf");
    let shown = files.iter().map(|(name, bytes)| match gguf::read(bytes) {
        Ok(header) => format!(
            "{name} v{} {} {} {} {}",
            header.version,
            header.architecture.as_deref().unwrap_or("-"),
            header.name.as_deref().unwrap_or("-"),
            header.file_type.and_then(gguf::file_type).unwrap_or("-"),
            if header.has_chat_template { "template" } else { "-" },
        ),
        Err(error) => format!("{name} {error}"),
    });
    check(
        shown.collect(),
        "
        CORRUPT_utf8mangled_ggml-vocab-bert-bge.gguf it ends at byte 627553, within its header
        ggml-vocab-baichuan.gguf v3 baichuan Baichuan-7B - -
        ggml-vocab-bert-bge.gguf v3 bert bert-bge F16 -
        ggml-vocab-deepseek-coder.gguf v3 llama deepseek-coder F16 -
        ggml-vocab-falcon.gguf v3 falcon Falcon F16 -
        ggml-vocab-gpt-2.gguf v3 gpt2 gpt-2 F16 -
        ggml-vocab-gpt-neox.gguf v3 gptneox gpt-neox-20b - -
        ggml-vocab-llama-spm.gguf v3 llama llama-spm F16 -
        ggml-vocab-mpt.gguf v3 mpt mpt - -
        ggml-vocab-phi-3.gguf v3 phi3 Phi3 F16 template
        ggml-vocab-refact.gguf v3 refact Refact F16 -
        ggml-vocab-starcoder.gguf v3 starcoder2 starcoder F16 -
        ",
    );
}

#[test]
fn a_prefix_of_a_header_asks_for_more_until_it_is_whole() {
    for (name, bytes) in artifacts("gguf").iter().filter(|(name, _)| !name.starts_with("CORRUPT")) {
        let needed = (0..=bytes.len()).step_by(4099).find(|length| gguf::read(&bytes[..*length]).is_ok());
        let needed = needed.unwrap_or(bytes.len());
        for length in (0..needed).step_by(50_021).filter(|length| length + 4099 < needed) {
            let read = gguf::read(&bytes[..length]);
            assert!(matches!(read, Err(gguf::HeaderError::Truncated { .. })), "{name} {length}");
        }
    }
}

#[test]
fn the_examples_of_mergekit_name_their_ingredients() {
    let files = artifacts("mergekit");
    let shown = files.iter().map(|(name, bytes)| match merge_config::read(bytes) {
        Ok(merge) => {
            let bases: Vec<&str> = merge.ingredients.iter().map(|each| each.base.as_str()).collect();
            let method = merge.method.as_deref().unwrap_or("-");
            format!("{name}: {method} of {}, {} paths", bases.join(" "), merge.paths.len())
        }
        Err(error) => format!("{name}: {error}"),
    });
    check(
        shown.collect(),
        "
        YouriLalain__1PARAMMYL-8B-ModelStock.yml: model_stock of arcee-ai/Llama-3.1-SuperNova-Lite DreadPoor/Heart_Stolen-8B-Model_Stock Dampfinchen/Llama-3.1-8B-Ultra-Instruct, 0 paths
        YouriLalain__2PRYMMAL-Yi1.5-6B-SLERP.yml: slerp of 01-ai/Yi-1.5-6B-Chat 01-ai/Yi-1.5-6B, 0 paths
        YouriLalain__3PRYMMAL-PHI3-3B-SLERP.yml: slerp of jpacifico/Chocolatine-3B-Instruct-DPO-Revised microsoft/Phi-3-mini-4k-instruct, 0 paths
        card__TristanBehrens__HeilbronnGPTAlpha-10_merged_model__0.yml: ties of microsoft/phi-2, 10 paths
        card__arcee-ai__gemma-7b-slerp__0.yml: slerp of google/gemma-7b-it google/gemma-7b, 0 paths
        card__awilliamson__phrankened__0.yml: passthrough of microsoft/phi-2, 0 paths
        card__mayanklohani19__mergekit-slerp-ujysgyd__0.yml: slerp of meta-llama/Llama-2-7b-chat-hf, 0 paths
        card__mayanklohani19__milan__0.yml: slerp of meta-llama/Llama-2-7b-chat-hf, 0 paths
        card__mlabonne__gemma-7b-dare__0.yml: dare_ties of google/gemma-7b-it google/gemma-7b, 0 paths
        card__nguyenthanhdo__phi-half__0.yml: passthrough of microsoft/phi-2, 0 paths
        card__shidowake__test-240114-phi2-mergekit__0.yml: passthrough of microsoft/phi-2, 0 paths
        card__vedalken__phi2-2B-slerp__0.yml: slerp of microsoft/phi-2, 0 paths
        mergekit_example__arcee_fusion.yml: arcee_fusion of model_a model_b, 0 paths
        mergekit_example__bio-merge.yml: ties of mistralai/Mistral-7B-Instruct-v0.2 BioMistral/BioMistral-7B mistralai/Mistral-7B-v0.1, 0 paths
        mergekit_example__gradient-slerp.yml: slerp of psmathur/orca_mini_v3_13b garage-bAInd/Platypus2-13B, 0 paths
        mergekit_example__linear.yml: linear of psmathur/orca_mini_v3_13b WizardLM/WizardLM-13B-V1.2 garage-bAInd/Platypus2-13B, 0 paths
        mergekit_example__orcamini-platy-44layer.yml: passthrough of psmathur/orca_mini_v3_13b garage-bAInd/Platypus2-13B, 0 paths
        mergekit_example__ties.yml: ties of psmathur/orca_mini_v3_13b garage-bAInd/Platypus2-13B WizardLM/WizardMath-13B-V1.0 TheBloke/Llama-2-13B-fp16, 0 paths
        ",
    );
}

#[test]
fn adapters_name_bases_and_disks() {
    let files = artifacts("adapter_config");
    let configurations = files.iter().filter(|(name, _)| name.ends_with(".json"));
    let shown = configurations.map(|(_, bytes)| {
        let file = File { path: "adapter_config.json", size: bytes.len() as u64, bytes: Some(bytes) };
        let (record, findings) = folder::record("me/mine".parse().expect("a name"), &[file]);
        let claims = record.claims.iter().map(|claim| format!("{} by {}", claim.base, claim.source.as_str()));
        let findings = findings.iter().map(|found| found.what.clone());
        claims.chain(findings).collect::<Vec<String>>().join(", ")
    });
    check(
        shown.collect(),
        "
        it names the base by the path `/root/autodl-tmp/models/qwythos-9b`
        it names the base by the path `/root/autodl-tmp/models/glm-4-9b-chat`
        NousResearch/Llama-2-7b-chat-hf by peft_config
        tencent/HY-MT1.5-1.8B by peft_config
        unsloth/qwen2.5-7b-instruct-unsloth-bnb-4bit by peft_config
        ",
    );
}

#[test]
fn a_small_model_is_a_record() {
    let files = artifacts("safetensors");
    let Some((_, weights)) = files.iter().find(|(name, _)| name.ends_with(".safetensors")) else { return };
    let Some((_, configuration)) = files.iter().find(|(name, _)| name.ends_with("config.json")) else {
        return;
    };
    let Want::Head(longest) = folder::wants("model.safetensors") else { panic!("a head is wanted") };
    let listed = [
        File { path: "config.json", size: configuration.len() as u64, bytes: Some(configuration) },
        File {
            path: "model.safetensors",
            size: weights.len() as u64,
            bytes: Some(&weights[..weights.len().min(longest)]),
        },
    ];
    let (record, findings) = folder::record("me/mine".parse().expect("a name"), &listed);
    let total = safetensors::read(weights).expect("a header").total();
    assert_eq!((record.parameters, total), (Some(946_336), Some(946_336)));
    assert_eq!(config::config(configuration).expect("an object").name_or_path.as_deref(), Some("ibm/TTM"));
    let claims: Vec<(&str, Source)> =
        record.claims.iter().map(|claim| (claim.base.as_str(), claim.source)).collect();
    assert_eq!((claims, findings), (vec![("ibm/TTM", Source::NameOrPath)], Vec::new()));
}
