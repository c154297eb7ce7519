//! What was a model made from, and by which way?

use crate::world::World;
use std::collections::{HashMap, hash_map::Entry};

/// Finds the ancestors of a model, each with a shortest way to it: nearest first, and among
/// equally near ones by name. Of several shortest ways it is the one that comes first by its
/// names. A way starts with the model and ends with the ancestor.
pub fn ancestors(world: &World, model: u32) -> Vec<Vec<u32>> {
    let mut below: HashMap<u32, u32> = HashMap::from([(model, model)]);
    let mut ways = Vec::new();
    let mut level = vec![model];
    while !level.is_empty() {
        let mut next = Vec::new();
        // A level is in the order of its ways, so whoever reaches a base first has the first way.
        for node in level {
            let mut bases = world.graph.bases(node).to_vec();
            bases.sort_unstable_by_key(|base| world.name(*base));
            for base in bases {
                if let Entry::Vacant(place) = below.entry(base) {
                    place.insert(node);
                    next.push(base);
                }
            }
        }
        ways.extend(next.iter().map(|ancestor| way(*ancestor, model, &below)));
        level = next;
    }
    ways
}

fn way(ancestor: u32, model: u32, below: &HashMap<u32, u32>) -> Vec<u32> {
    let mut way = vec![ancestor];
    let mut at = ancestor;
    while at != model {
        at = below[&at];
        way.push(at);
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(text: &str, model: &str, expected: &[&str]) {
        let world = testing::world(text);
        let found = ancestors(&world, world.ids.find(model).expect("a model"));
        let shown = |way: &Vec<u32>| way.iter().map(|node| world.name(*node)).collect::<Vec<_>>().join(" < ");
        assert_eq!(found.iter().map(shown).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_ancestor_reached_on_many_ways_is_there_once_by_a_shortest_one() {
        check(
            "
            root -finetune-> b
            root -finetune-> a
            b -merge-> mix
            a -merge-> mix
            root -merge-> far
            mix -quantized-> top
            b -merge-> top
            ",
            "top",
            &["top < b", "top < mix", "top < b < root", "top < mix < a"],
        );
    }

    #[test]
    fn a_circle_ends_and_leaves_the_model_itself_out() {
        check("a -finetune-> b\nb -finetune-> a", "a", &["a < b"]);
        check("gone? -finetune-> b", "b", &["b < gone"]);
        check("a", "a", &[]);
    }
}
