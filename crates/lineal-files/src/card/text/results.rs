//! Does the text say how well the model does?
//!
//! A table does if its head or its first column names a metric or a benchmark and its cells hold figures; a sentence does if
//! it has a figure beside the name of a metric. The log of a training run (*Epoch*, *Step*, *Validation Loss*) counts only if
//! it has a column besides the losses; a link to a leaderboard never does.

use super::blocks::{Block, Kind};

/// Names that are a metric or a benchmark wherever they stand.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "accuracy", "acc", "f1", "f1-score", "bleu", "sacrebleu", "chrf", "rouge", "rouge1", "rouge2",
    "rougel", "rouge-l", "meteor", "bertscore", "wer", "cer", "perplexity", "ppl", "mmlu", "mmlu-pro",
    "hellaswag", "truthfulqa", "winogrande", "gsm8k", "gsm-8k", "humaneval", "mbpp", "bbh", "mt-bench",
    "mt_bench", "alpacaeval", "alpacaeval2", "arena-hard", "ifeval", "gpqa", "musr", "agieval", "gpt4all",
    "bigbench", "c-eval", "ceval", "cmmlu", "squad", "glue", "superglue", "mteb", "ndcg", "mrr", "map@10",
    "recall", "precision", "pearson", "spearman", "cosine_pearson", "cosine_spearman", "mean_reward",
    "pass@1", "lambada", "piqa", "boolq", "openbookqa", "triviaqa", "xnli", "auc", "roc-auc", "mse",
    "mae", "rmse", "iou", "miou", "fid", "psnr", "ssim", "eq-bench", "arc-c", "arc-e", "arc-challenge",
    "arc_challenge", "livecodebench", "swe-bench", "aime", "aime24", "matthews", "kobest",
];

/// Names that are a metric or a benchmark in a table, where they stand alone.
#[rustfmt::skip]
const TABLE_NAMES: &[&str] = &[
    "arc", "math", "drop", "map", "em", "score", "scores", "average", "avg", "avg.", "elo", "win rate",
    "winrate", "benchmark", "benchmarks", "metric", "metrics", "task", "tasks", "exact match",
    "mean reward", "loss", "value", "top-1", "top1", "map50", "recovery", "quality",
];

/// Columns that only the log of a training run has.
const LOG_NAMES: &[&str] = &["epoch", "step", "training loss", "train loss", "no log"];

/// Whether any block states a result.
pub(super) fn any(blocks: &[Block]) -> bool {
    has_table(blocks) || blocks.iter().any(states_figure)
}

fn has_table(blocks: &[Block]) -> bool {
    let mut head: Option<Head> = None;
    // Whether a heading or the sentence before a table says that results follow.
    let mut announced = false;
    for block in blocks {
        let Kind::Row { head: is_head } = block.kind else {
            head = None;
            announced = announces(&block.text);
            continue;
        };
        if is_head {
            head = Some(Head::of(block));
            continue;
        }
        let is_other = head.as_ref().is_some_and(|head| head.is_calibration || head.is_log);
        let in_head =
            announced && !is_other || head.as_ref().is_some_and(|head| head.has_name && !head.is_calibration);
        let in_row = block.cells.first().is_some_and(|cell| names_metric(&block.text[cell.clone()], true));
        let is_log = head.as_ref().is_some_and(|head| head.is_log && !head.has_more_than_losses);
        let is_numbered = block.cells.iter().skip(1).any(|cell| is_figure(&block.text[cell.clone()]));
        if is_numbered && !is_log && (in_head || in_row) {
            return true;
        }
    }
    false
}

// *Test results:*, *we report BLEU*, *Benchmarks*.
fn announces(text: &str) -> bool {
    let longest = text.floor_char_boundary(400);
    let lower = text[..longest].to_ascii_lowercase();
    words(&lower).any(|word| {
        is_name(word)
            || matches!(
                word,
                "results" | "result" | "evaluation" | "performance" | "benchmark" | "benchmarks" | "scores"
            )
    })
}

/// What the head of a table announces.
struct Head {
    has_name: bool,
    is_log: bool,
    has_more_than_losses: bool,
    /// The settings of a quantization name data sets and sizes, and no result.
    is_calibration: bool,
}

impl Head {
    fn of(block: &Block) -> Head {
        let cells: Vec<String> = block.cells.iter().map(|cell| plain(&block.text[cell.clone()])).collect();
        let is = |cell: &String, names: &[&str]| names.contains(&cell.as_str());
        let is_log = cells.iter().filter(|cell| is(cell, LOG_NAMES)).count() >= 2;
        let metrics = cells.iter().filter(|cell| names_metric(cell, true)).count();
        let losses = cells.iter().filter(|cell| cell.ends_with("loss")).count();
        let is_calibration = cells.iter().any(|cell| {
            ["bits", "gs", "act order", "quant method", "quant type", "damp %", "bpw", "file size", "size"]
                .contains(&cell.as_str())
        }) && metrics == 0;
        Head { has_name: metrics > 0, is_log, has_more_than_losses: metrics > losses, is_calibration }
    }
}

// *Accuracy*, *MMLU (5-shot)*, *eval_bleu*.
fn names_metric(cell: &str, in_table: bool) -> bool {
    let cell = plain(cell);
    if cell.len() > 60 {
        return false;
    }
    let alone = in_table && TABLE_NAMES.contains(&cell.as_str());
    alone || cell.ends_with(" loss") || words(&cell).any(is_name)
}

fn is_name(word: &str) -> bool {
    let word = word.strip_prefix("eval_").or_else(|| word.strip_prefix("test_")).unwrap_or(word);
    NAMES.contains(&word)
        || word.starts_with("ndcg@")
        || word.starts_with("recall@")
        || word.starts_with("pass@")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || "-_@.%".contains(c)))
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
}

fn plain(cell: &str) -> String {
    cell.trim().trim_matches(['*', '`', '_', ':', '↑', '↓', ' ']).to_ascii_lowercase()
}

// `82.3`, `82%`, `0.75 ± 0.01`: a figure, not a version or a rank.
fn is_figure(cell: &str) -> bool {
    let cell = cell.trim().trim_start_matches(['*', '~', '-', '+', '_', '`']);
    let digits = cell.bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')).count();
    digits > 0 && cell.len() <= 40 && cell.as_bytes()[0].is_ascii_digit() && {
        let rest = cell[digits..].trim_start();
        rest.is_empty() || rest.starts_with(['%', '±', '(', '*', '+', '_', '`', '/', '<', '|'])
    }
}

// *Accuracy: 0.93*, *a WER of 12.3 %*, *82.3 on MMLU*, *Loss: 0.75* on its own.
fn states_figure(block: &Block) -> bool {
    if block.is_code() || block.is_row() {
        return false;
    }
    let lower = block.text.to_ascii_lowercase();
    let is_loss = ["loss:", "validation loss:", "eval_loss:", "eval loss:", "train loss:", "validation loss"]
        .iter()
        .any(|label| {
            lower
                .trim_start()
                .strip_prefix(label)
                .is_some_and(|rest| is_fraction(rest.trim_start_matches([' ', ':', '='])))
        });
    if is_loss {
        return true;
    }
    let all: Vec<&str> = words(&lower).collect();
    all.iter().enumerate().any(|(at, word)| {
        if !is_name(word) {
            return false;
        }
        let near = &all[at.saturating_sub(NEAR)..all.len().min(at + NEAR + 1)];
        near.iter().any(|word| is_fraction(word))
            || near.windows(2).any(|pair| is_whole(pair[0]) && pair[1].starts_with('%'))
    })
}

/// How many words may stand between a metric and its figure.
const NEAR: usize = 7;

// A figure with a fraction, or with a percent sign.
fn is_fraction(word: &str) -> bool {
    let word = word.split_whitespace().next().unwrap_or("").trim_end_matches([',', ';', ')']);
    let number = word.strip_suffix('%').unwrap_or(word);
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let has_fraction = number.split_once('.').is_some_and(|(whole, fraction)| {
        !whole.is_empty() && !fraction.is_empty() && !fraction.contains('.')
    });
    is_number && (has_fraction || word.ends_with('%'))
}

fn is_whole(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::blocks;
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        assert_eq!(any(&blocks::read(text)), expected, "{text}");
    }

    #[test]
    fn figures_beside_a_metric_are_results() {
        check("- Loss: 0.7512\n- Accuracy: 0.91", true);
        check("It achieves 82.3 accuracy on the test set.", true);
        check("**Test WER**: 21.3 %", true);
        check("|Benchmark|Score|\n|-|-|\n|MMLU (5-shot)|63.4|\n", true);
        check("Test results:\n\n|Language|Python|\n|-|-|\n|mine|17.3|\n", true);
        check("|Model|ARC|HellaSwag|\n|-|-|-|\n|mine|60.1|80|\n", true);
    }

    #[test]
    fn other_numbers_are_none() {
        check("Accuracy is good. See the [leaderboard](https://x/y).", false);
        check("|Name|Quant method|Bits|Size|\n|-|-|-|-|\n|x.gguf|Q2_K|2|2.83 GB|\n", false);
        check("learning_rate: 2e-05, version 4.31.0", false);
        check("|Training Loss|Epoch|Step|Validation Loss|\n|-|-|-|-|\n|0.5|1.0|100|0.4|\n", false);
    }

    #[test]
    fn a_training_log_counts_if_it_has_more_than_losses() {
        check("|Training Loss|Epoch|Step|Validation Loss|Wer|\n|-|-|-|-|-|\n|0.5|1.0|100|0.4|0.21|\n", true);
    }
}
