//! Which chains lie within some models, and which run through them?
//!
//! Both are counted on the steps of a snapshot, without listing a chain. A mark for each node
//! says which models are meant.

use super::{
    lengths::{self, MOST_NUMBERS, TooManyShapes},
    steps::Steps,
};
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

/// How many words of 64 bits a table may take, so that no listing can fill the memory.
const MOST_WORDS: usize = 2 * MOST_NUMBERS;

/// Numbers by step, as many as fit in the memory set aside for them.
struct Table<N> {
    numbers: Vec<N>,
    /// How many words there is room for.
    room: usize,
}

impl<N: Number> Table<N> {
    fn new(steps: &Steps, room: usize) -> Table<N> {
        Table { numbers: Vec::with_capacity(steps.len()), room }
    }

    fn push(&mut self, number: N) -> Result<(), TooManyShapes> {
        self.room = self.room.checked_sub(number.words()).ok_or(TooManyShapes)?;
        self.numbers.push(number);
        Ok(())
    }

    /// The sum of the numbers at the roots.
    fn at_roots(&self, steps: &Steps) -> BigCount {
        BigCount(steps.roots.iter().map(|root| &self.numbers[*root as usize]).sum::<N>().into())
    }
}

/// Counts all chains.
///
/// # Errors
/// When the counts would not fit in the memory set aside for them.
pub fn all(steps: &Steps) -> Result<BigCount, TooManyShapes> {
    if is_small(steps) {
        count_all::<u128>(steps, MOST_WORDS)
    } else {
        count_all::<BigUint>(steps, MOST_WORDS)
    }
}

fn count_all<N: Number>(steps: &Steps, room: usize) -> Result<BigCount, TooManyShapes> {
    let mut from = Table::<N>::new(steps, room);
    for step in 0..steps.len() {
        let leaves: u32 = steps.leaves(step).into_iter().sum();
        let mut chains = N::small(u64::from(leaves) + u64::from(steps.is_end(step)));
        steps.next(step).iter().for_each(|next| chains += &from.numbers[*next as usize]);
        from.push(chains)?;
    }
    Ok(from.at_roots(steps))
}

/// The models of which nothing was derived that follow a step.
fn leaves<'a>(graph: &'a Graph, steps: &Steps, step: usize) -> impl Iterator<Item = u32> + use<'a> {
    graph.derived(steps.nodes[step]).iter().copied().filter(|node| !graph.is_base(*node))
}

/// Counts the chains all of whose models are marked.
///
/// # Errors
/// When the counts would not fit in the memory set aside for them.
pub fn within(graph: &Graph, steps: &Steps, marks: &[bool]) -> Result<Within, TooManyShapes> {
    if is_small(steps) {
        count_within::<u128>(graph, steps, marks)
    } else {
        count_within::<BigUint>(graph, steps, marks)
    }
}

fn count_within<N: Number>(graph: &Graph, steps: &Steps, marks: &[bool]) -> Result<Within, TooManyShapes> {
    let is_marked = |step: usize| marks[steps.nodes[step] as usize];
    let mut from = Table::<N>::new(steps, MOST_WORDS);
    for step in 0..steps.len() {
        let mut chains = N::zero();
        if is_marked(step) {
            let marked = leaves(graph, steps, step).filter(|leaf| marks[*leaf as usize]).count();
            chains = N::small(marked as u64 + u64::from(steps.is_end(step)));
            steps.next(step).iter().for_each(|next| chains += &from.numbers[*next as usize]);
        }
        from.push(chains)?;
    }
    let starts = |step: usize| !from.numbers[step].is_zero();
    // From the roots down: a step follows those that come later in the order.
    let mut on_way = vec![false; steps.len()];
    steps.roots.iter().for_each(|root| on_way[*root as usize] = true);
    let mut is_on_chain = vec![false; marks.len()];
    for step in (0..steps.len()).rev().filter(|step| starts(*step)) {
        if on_way[step] {
            is_on_chain[steps.nodes[step] as usize] = true;
            leaves(graph, steps, step).for_each(|leaf| is_on_chain[leaf as usize] |= marks[leaf as usize]);
            steps.next(step).iter().for_each(|next| on_way[*next as usize] = true);
        }
    }
    let models = is_on_chain.into_iter().filter(|is_on_chain| *is_on_chain).count() as u64;
    let roots = steps.roots.iter().filter(|root| starts(**root as usize)).count() as u64;
    Ok(Within { chains: from.at_roots(steps), models, roots })
}

/// Counts the chains on which a marked model has another after it.
///
/// # Errors
/// When the counts would not fit in the memory set aside for them.
pub fn through(steps: &Steps, marks: &[bool]) -> Result<BigCount, TooManyShapes> {
    if is_small(steps) { count_through::<u128>(steps, marks) } else { count_through::<BigUint>(steps, marks) }
}

/// Counts the chains through marked models as all that there are, less those that avoid them.
fn count_through<N: Number>(steps: &Steps, marks: &[bool]) -> Result<BigCount, TooManyShapes> {
    let mut avoiding = Table::<N>::new(steps, MOST_WORDS);
    for step in 0..steps.len() {
        let mut chains = N::zero();
        if !marks[steps.nodes[step] as usize] {
            let leaves: u32 = steps.leaves(step).into_iter().sum();
            let ends = steps.next(step).iter().filter(|next| steps.is_end(**next as usize)).count();
            // At its end, a marked model has nothing after it.
            chains = N::small(u64::from(leaves) + ends as u64);
            steps.next(step).iter().for_each(|next| chains += &avoiding.numbers[*next as usize]);
        }
        avoiding.push(chains)?;
    }
    Ok(BigCount(count_all::<N>(steps, MOST_WORDS)?.0 - avoiding.at_roots(steps).0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chains::steps, chains::walk::Walk, graph::Relation, operation::Operation, testing::world};
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
        let Within { chains, models, roots } = within(graph, &steps, marks).expect("few");
        (small(chains), models, roots, small(through(&steps, marks).expect("few")))
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

    #[test]
    fn counts_too_large_for_memory_are_an_error() {
        // Each model has the two before it as bases, so there are as many chains as Fibonacci says.
        let relations =
            (2..60_000u32).flat_map(|derived| [derived - 1, derived - 2].map(|base| (base, derived)));
        let relations: Vec<Relation> = relations
            .chain([(0, 1)])
            .map(|(base, derived)| Relation { base, derived, operation: 2 })
            .collect();
        let graph = Graph::new(60_000, 0, &relations, Operation::NAMED.to_vec());
        let steps = steps::steps(&graph);
        assert_eq!(all(&steps).map(|count| count.0.bits()), Ok(41_654));
        assert_eq!(count_all::<BigUint>(&steps, 1 << 20), Err(TooManyShapes));
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
