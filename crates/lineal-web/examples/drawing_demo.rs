use lineal_core::{
    graph::{Graph, Relation},
    ids::IdsBuilder,
    operation::Operation,
    world::{UNKNOWN, World},
};
use lineal_web::drawing::{Fold, Options, SCRIPT, STYLE, draw};
use std::collections::BTreeMap;

#[derive(Default)]
struct B {
    names: Vec<String>,
    at: BTreeMap<String, usize>,
    downloads: BTreeMap<usize, u64>,
    missing: Vec<usize>,
    rel: Vec<(usize, usize, u8)>,
}
impl B {
    fn n(&mut self, name: &str) -> usize {
        let (clean, missing) = match name.strip_suffix("??") {
            Some(c) => (c, true),
            None => (name, false),
        };
        if let Some(a) = self.at.get(clean) {
            return *a;
        }
        self.names.push(clean.to_owned());
        self.at.insert(clean.to_owned(), self.names.len() - 1);
        if missing {
            self.missing.push(self.names.len() - 1);
        }
        self.names.len() - 1
    }
    fn r(&mut self, base: &str, op: &str, derived: &str) {
        let code = Operation::NAMED.iter().position(|o| o.as_str() == op).unwrap_or(7) as u8;
        let (b, d) = (self.n(base), self.n(derived));
        self.rel.push((b, d, code));
    }
    fn d(&mut self, name: &str, downloads: u64) {
        let n = self.n(name);
        self.downloads.insert(n, downloads);
    }
    fn done(self) -> World {
        let mut order: Vec<usize> = (0..self.names.len()).filter(|n| !self.missing.contains(n)).collect();
        let models = order.len();
        order.extend(&self.missing);
        let mut node = vec![0u32; order.len()];
        for (new, old) in order.iter().enumerate() {
            node[*old] = new as u32;
        }
        let mut ids = IdsBuilder::new(1);
        for old in &order {
            ids.insert(&self.names[*old]).expect("x").expect("new");
        }
        let mut relations: Vec<Relation> = self
            .rel
            .iter()
            .map(|(b, d, o)| Relation { base: node[*b], derived: node[*d], operation: *o })
            .collect();
        relations.sort_by_key(|r| r.derived);
        let mut ops = Operation::NAMED.to_vec();
        ops.push(Operation::named("=weird<>"));
        let mut downloads = vec![UNKNOWN; models];
        for (old, count) in self.downloads {
            if (node[old] as usize) < models {
                downloads[node[old] as usize] = count;
            }
        }
        World {
            snapshot: "2025-06-25".parse().expect("d"),
            ids: ids.finish(),
            graph: Graph::new(models, self.missing.len(), &relations, ops),
            downloads: downloads.into(),
            tasks: std::iter::repeat_n(None::<&str>, models).collect(),
        }
    }
}
fn descendants(world: &World) -> Vec<u32> {
    (0..world.graph.nodes())
        .map(|n| {
            if world.graph.derived(n).is_empty() {
                return 0;
            }
            let mut seen = std::collections::BTreeSet::new();
            let mut stack = vec![n];
            while let Some(x) = stack.pop() {
                for d in world.graph.derived(x) {
                    if *d != n && seen.insert(*d) {
                        stack.push(*d);
                    }
                }
            }
            seen.len() as u32
        })
        .collect()
}
fn small() -> World {
    let mut b = B::default();
    b.r("meta-llama/Llama-3.1-8B", "finetune", "meta-llama/Llama-3.1-8B-Instruct");
    b.r("meta-llama/Llama-3.1-8B-Instruct", "finetune", "NousResearch/Hermes-3-Llama-3.1-8B");
    b.r("meta-llama/Llama-3.1-8B", "finetune", "NousResearch/Hermes-3-Llama-3.1-8B");
    b.r(
        "meta-llama/Llama-3.1-8B-Instruct",
        "adapter",
        "someone/llama-3.1-lora-that-has-a-really-long-name-v2.1-final",
    );
    b.r("NousResearch/Hermes-3-Llama-3.1-8B", "quantized", "bartowski/Hermes-3-Llama-3.1-8B-GGUF");
    b.r("NousResearch/Hermes-3-Llama-3.1-8B", "quantized", "mradermacher/Hermes-3-Llama-3.1-8B-i1-GGUF");
    b.r("NousResearch/Hermes-3-Llama-3.1-8B", "merge", "mlabonne/Hermes-3-Llama-3.1-8B-lorablated");
    b.r(
        "someone/llama-3.1-lora-that-has-a-really-long-name-v2.1-final",
        "merge",
        "mlabonne/Hermes-3-Llama-3.1-8B-lorablated",
    );
    b.r("meta-llama/Llama-3.1-8B", "merge", "mlabonne/Hermes-3-Llama-3.1-8B-lorablated");
    b.r("gone/lost-model??", "distill", "NousResearch/Hermes-3-Llama-3.1-8B");
    b.r(
        "mlabonne/Hermes-3-Llama-3.1-8B-lorablated",
        "quantized",
        "mlabonne/Hermes-3-Llama-3.1-8B-lorablated-GGUF",
    );
    b.r("gpt2", "prune", "NousResearch/Hermes-3-Llama-3.1-8B");
    b.d("meta-llama/Llama-3.1-8B", 1_234_567);
    b.d("meta-llama/Llama-3.1-8B-Instruct", 9_876_543);
    b.d("bartowski/Hermes-3-Llama-3.1-8B-GGUF", 12_345);
    b.d("gpt2", 20_000_000);
    b.d("NousResearch/Hermes-3-Llama-3.1-8B", 99_000);
    b.done()
}
fn merge65() -> World {
    let mut b = B::default();
    for i in 0..65 {
        let base = format!(
            "{}/{}-7B-slerp-v{}",
            ["Gille", "mlabonne", "Kukedlc", "yam-peleg", "automerger"][i % 5],
            [
                "NeuralMonarch",
                "Experiment26",
                "PercivalMelodias",
                "AlphaMonarch",
                "Ognoexperiment27Multi_verse_model"
            ][i * 7 % 5],
            i
        );
        b.r(&base, "merge", "CultriX/MergeTrix-65-7B");
        b.r(
            if i % 3 == 0 { "mistralai/Mistral-7B-v0.1" } else { "mlabonne/Marcoro14-7B-slerp" },
            if i % 4 == 0 { "finetune" } else { "merge" },
            &base,
        );
        b.d(&base, (i as u64 * 7919) % 5000);
    }
    b.r("mistralai/Mistral-7B-v0.1", "finetune", "mlabonne/Marcoro14-7B-slerp");
    b.r("CultriX/MergeTrix-65-7B", "quantized", "MaziyarPanahi/MergeTrix-65-7B-GGUF");
    b.done()
}
fn family() -> World {
    let mut b = B::default();
    let root = "Qwen/Qwen2.5-7B-Instruct";
    b.r("Qwen/Qwen2.5-7B", "finetune", root);
    for i in 0..20_000u64 {
        let n = format!("mradermacher/Qwen2.5-7B-Instruct-variant-{i}-i1-GGUF");
        b.r(root, "quantized", &n);
        b.d(&n, 1_000_000 / (i + 1));
    }
    for i in 0..8_000u64 {
        let n = format!("user{}/qwen-lora-{i}", i % 77);
        b.r(root, "adapter", &n);
        b.d(&n, i % 97);
    }
    for i in 0..4_000u64 {
        let n = format!(
            "org{}/Qwen2.5-7B-{}-ft-{i}",
            i % 31,
            ["Coder", "Math-Instruct-Abliterated", "Reasoning"][i as usize % 3]
        );
        b.r(root, "finetune", &n);
        for j in 0..(2000 / (i + 1)) {
            let c = format!("child{j}/of-{i}");
            b.r(&n, ["quantized", "finetune", "merge"][j as usize % 3], &c);
            b.d(&c, j);
            if j % 5 == 0 {
                b.r(&c, "quantized", &format!("grand/child-{i}-{j}"));
            }
        }
    }
    b.d(root, 5_000_000);
    b.done()
}
fn cycle() -> World {
    let mut b = B::default();
    b.r("a/one", "finetune", "b/two");
    b.r("b/two", "merge", "c/three");
    b.r("c/three", "finetune", "a/one");
    b.r("c/three", "quantized", "d/four");
    b.r("d/four", "convert", "e/five");
    b.r("e/five", "distill", "d/four");
    b.r("c/three", "other", "f/six");
    b.r("z/root", "finetune", "a/one");
    b.r("c/three", "adapter", "c/three");
    b.done()
}
const HOSTILE: &str = "</title></svg><script>alert(1)</script>\"'&\u{202e}gnp.exe\n\u{1b}[31m";
fn hostile() -> World {
    let mut b = B::default();
    b.r(&format!("{HOSTILE}??"), "finetune", "me/model");
    b.r(&format!("{}??", "x".repeat(500)), "merge", "me/model");
    b.r(&format!("{}??", "W".repeat(120)), "merge", "me/model");
    b.r("../../etc/passwd??", "quantized", "me/model");
    b.r("..??", "other", "me/model");
    b.r("نموذج عربي كبير جدا??", "adapter", "me/model");
    b.r(&format!("{}??", "模型".repeat(40)), "adapter", "me/model");
    b.r(&format!("z{}??", "\u{301}\u{316}".repeat(60)), "adapter", "me/model");
    b.r("https://huggingface.co/meta-llama/Llama-2-7b??", "finetune", "me/model");
    b.done()
}
fn main() {
    let mut out = String::new();
    let show = std::env::args().nth(1).unwrap_or_default();
    let list: Vec<(&str, World, &str, &str)> = vec![
        ("small", small(), "NousResearch/Hermes-3-Llama-3.1-8B", ""),
        ("merge", merge65(), "CultriX/MergeTrix-65-7B", ""),
        ("family", family(), "Qwen/Qwen2.5-7B-Instruct", ""),
        (
            "opened",
            family(),
            "Qwen/Qwen2.5-7B-Instruct",
            "open=quantized.1.Qwen/Qwen2.5-7B-Instruct&open=derived.1.org1/Qwen2.5-7B-Math-Instruct-Abliterated-ft-1&open=derived.1.org5/Qwen2.5-7B-Reasoning-ft-5",
        ),
        ("full", family(), "Qwen/Qwen2.5-7B-Instruct", "open=quantized.9.Qwen/Qwen2.5-7B-Instruct"),
        ("leaf", family(), "grand/child-1-5", ""),
        ("cycle", cycle(), "c/three", ""),
        ("hostile", hostile(), "me/model", ""),
        ("root", small(), "meta-llama/Llama-3.1-8B", ""),
        ("merge-all", merge65(), "CultriX/MergeTrix-65-7B", "open=bases.3.CultriX/MergeTrix-65-7B"),
    ];
    for (key, world, name, query) in list {
        if !show.is_empty() && !show.split(',').any(|s| s == key) {
            continue;
        }
        let descendants = descendants(&world);
        let node = world.ids.find(name).expect("named");
        let options = Options { open: Fold::all_in(query), ..Options::default() };
        let start = std::time::Instant::now();
        let d = draw(&world, &descendants, node, &options);
        let first = start.elapsed();
        let start = std::time::Instant::now();
        for _ in 0..20 {
            draw(&world, &descendants, node, &options);
        }
        eprintln!(
            "{key}: {:?} first, {:?} then, svg {} tree {} {}x{} shown {} hidden {} full {}",
            first,
            start.elapsed() / 20,
            d.svg.len(),
            d.tree.len(),
            d.width,
            d.height,
            d.shown,
            d.hidden,
            d.is_full
        );
        out += &format!(
            "<section id=\"lineage\"><h2>{key}</h2><p>{}</p>{}<details open><summary>As text</summary>{}</details></section>",
            d.summary,
            d.figure(),
            d.tree
        );
    }
    let css = include_str!("../templates/report.css");
    let css2 = include_str!("../templates/serve/serve.css");
    println!(
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\"><title>demo</title><style>{css}{css2}{STYLE}</style><body class=served>{out}<script type=module>{}</script></body></html>",
        if std::env::args().nth(2).is_some() { "" } else { SCRIPT }
    );
}
