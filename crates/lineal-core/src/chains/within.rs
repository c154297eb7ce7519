//! Which chains lie within some models, and which run through them?
//!
//! Both are counted on the steps of a snapshot, without listing a chain. A mark for each node
//! says which models are meant.

use super::{lengths, steps::Steps};
use crate::{big::BigCount, big::Number, graph::Graph};
use num_bigint::BigUint;

/// Chains all of whose models are marked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    pub chains: BigCount,
    /// The models on those chains, each once.
    pub models: u64,
    /// The roots of those chains.
    pub roots: u64,
}

/// Whether 128 bits hold every count there can be.
fn is_small(steps: &Steps) -> bool {
    lengths::magnitude(steps) < 2f64.powi(120)
}

/// Counts all chains.
pub fn all(steps: &Steps) -> BigCount {
    if is_small(steps) { count_all::<u128>(steps) } else { count_all::<BigUint>(steps) }
}

fn count_all<N: Number>(steps: &Steps) -> BigCount {
    let mut from: Vec<N> = Vec::with_capacity(steps.len());
    for step in 0..steps.len() {
        let leaves: u32 = steps.leaves(step).into_iter().sum();
        let mut chains = N::small(u64::from(leaves) + u64::from(steps.is_end(step)));
        steps.next(step).iter().for_each(|next| chains += &from[*next as usize]);
        from.push(chains);
    }
    at_roots(steps, &from)
}

fn at_roots<N: Number>(steps: &Steps, from: &[N]) -> BigCount {
    BigCount(steps.roots.iter().map(|root| &from[*root as usize]).sum::<N>().into())
}

/// The models of which nothing was derived that follow a step.
fn leaves<'a>(graph: &'a Graph, steps: &Steps, step: usize) -> impl Iterator<Item = u32> + use<'a> {
    graph.derived(steps.nodes[step]).iter().copied().filter(|node| !graph.is_base(*node))
}

/// Counts the chains all of whose models are marked.
pub fn within(graph: &Graph, steps: &Steps, marks: &[bool]) -> Within {
    if is_small(steps) {
        count_within::<u128>(graph, steps, marks)
    } else {
        count_within::<BigUint>(graph, steps, marks)
    }
}

fn count_within<N: Number>(graph: &Graph, steps: &Steps, marks: &[bool]) -> Within {
    let is_marked = |step: usize| marks[steps.nodes[step] as usize];
    let mut from: Vec<N> = Vec::with_capacity(steps.len());
    for step in 0..steps.len() {
        let mut chains = N::zero();
        if is_marked(step) {
            let marked = leaves(graph, steps, step).filter(|leaf| marks[*leaf as usize]).count();
            chains = N::small(marked as u64 + u64::from(steps.is_end(step)));
            steps.next(step).iter().for_each(|next| chains += &from[*next as usize]);
        }
        from.push(chains);
    }
    // From the roots down: a step follows those that come later in the order.
    let mut on_way = vec![false; steps.len()];
    steps.roots.iter().for_each(|root| on_way[*root as usize] = true);
    let mut is_on_chain = vec![false; marks.len()];
    for step in (0..steps.len()).rev().filter(|step| !from[*step].is_zero()) {
        if on_way[step] {
            is_on_chain[steps.nodes[step] as usize] = true;
            leaves(graph, steps, step).for_each(|leaf| is_on_chain[leaf as usize] |= marks[leaf as usize]);
            steps.next(step).iter().for_each(|next| on_way[*next as usize] = true);
        }
    }
    let models = is_on_chain.into_iter().filter(|is_on_chain| *is_on_chain).count() as u64;
    let roots = steps.roots.iter().filter(|root| !from[**root as usize].is_zero()).count() as u64;
    Within { chains: at_roots(steps, &from), models, roots }
}

/// Counts the chains on which a marked model has another after it.
pub fn through(steps: &Steps, marks: &[bool]) -> BigCount {
    if is_small(steps) { count_through::<u128>(steps, marks) } else { count_through::<BigUint>(steps, marks) }
}

/// Counts the chains through marked models as all that there are, less those that avoid them.
fn count_through<N: Number>(steps: &Steps, marks: &[bool]) -> BigCount {
    let mut avoiding: Vec<N> = Vec::with_capacity(steps.len());
    for step in 0..steps.len() {
        let mut chains = N::zero();
        if !marks[steps.nodes[step] as usize] {
            let leaves: u32 = steps.leaves(step).into_iter().sum();
            let ends = steps.next(step).iter().filter(|next| steps.is_end(**next as usize)).count();
            // At its end, a marked model has nothing after it.
            chains = N::small(u64::from(leaves) + ends as u64);
            steps.next(step).iter().for_each(|next| chains += &avoiding[*next as usize]);
        }
        avoiding.push(chains);
    }
    BigCount(count_all::<N>(steps).0 - at_roots(steps, &avoiding).0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chains::steps, chains::walk::Walk, testing::world};
    use proptest::prelude::*;
    use std::{collections::BTreeSet, ops::ControlFlow};

    /// What the two counts are if every chain is listed.
    fn naively(graph: &Graph, marks: &[bool]) -> (u64, u64, u64, u64) {
        let (mut chains, mut models, mut roots, mut through) = (0, BTreeSet::new(), BTreeSet::new(), 0);
        let mut walk = Walk::new(graph);
        for root in graph.roots() {
            let _ = walk.each(root, |chain| {
                if chain.iter().all(|node| marks[*node as usize]) {
                    chains += 1;
                    models.extend(chain.iter().copied());
                    roots.insert(root);
                }
                through += u64::from(chain[..chain.len() - 1].iter().any(|node| marks[*node as usize]));
                ControlFlow::<()>::Continue(())
            });
        }
        (chains, models.len() as u64, roots.len() as u64, through)
    }

    fn counted(graph: &Graph, marks: &[bool]) -> (u64, u64, u64, u64) {
        let steps = steps::steps(graph);
        let small = |count: BigCount| u64::try_from(count.0).expect("few");
        let Within { chains, models, roots } = within(graph, &steps, marks);
        (small(chains), models, roots, small(through(&steps, marks)))
    }

    #[test]
    fn a_chain_is_within_only_if_each_of_its_models_is() {
        let world =
            world("root -finetune-> a\nroot -finetune-> b\na -merge-> c\nb -merge-> c\nold -finetune-> c");
        let marks: Vec<bool> =
            ["root", "a", "b", "c", "old"].map(|name| name != "b" && name != "old").to_vec();
        assert_eq!(counted(&world.graph, &marks), (1, 3, 1, 2));
    }

    #[test]
    fn a_marked_model_at_the_end_of_a_chain_disrupts_nothing() {
        let world = world("root -finetune-> a\na -finetune-> leaf");
        assert_eq!(counted(&world.graph, &[false, false, true]), (0, 0, 0, 0));
        assert_eq!(counted(&world.graph, &[false, true, true]), (0, 0, 0, 1));
    }

    proptest! {
        #[test]
        fn counting_agrees_with_listing(
            relations in prop::collection::vec((0u32..9, 0u32..9), 0..20),
            marks in prop::collection::vec(any::<bool>(), 9),
        ) {
            let text: String = (0..9)
                .map(|node| format!("m{node}\n"))
                .chain(relations.iter().map(|(base, derived)| format!("m{base} -merge-> m{derived}\n")))
                .collect();
            let world = world(&text);
            prop_assert_eq!(counted(&world.graph, &marks), naively(&world.graph, &marks));
        }
    }
}
