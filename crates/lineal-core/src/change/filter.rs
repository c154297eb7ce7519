//! Which changes were asked for?

use super::{Kind, bases};
use crate::{model_id, world::World};

/// What was asked for; nothing asked for means all of it. A model's changes are wanted if, in
/// one of the two snapshots, it meets every condition.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub kinds: Vec<Kind>,
    /// Ignoring case, as a hub does.
    pub owner: Option<String>,
    /// Names, ignoring case.
    pub models: Vec<String>,
    /// An operation by which the model was derived.
    pub operation: Option<String>,
    pub task: Option<String>,
}

impl Filter {
    pub fn wants(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Returns the first of the names that mean a model in neither of two worlds.
    pub fn unknown_model(&self, before: &World, after: &World) -> Option<&str> {
        let unknown = |name: &&String| find(before, name).is_none() && find(after, name).is_none();
        self.models.iter().find(unknown).map(String::as_str)
    }

    /// Returns the conditions that no model meets in either of two worlds, each with what it asks for.
    pub fn unmet(&self, worlds: [&World; 2]) -> Vec<(&'static str, &str)> {
        let is_owner = |world: &World, owner: &str| {
            let owners = (0..world.graph.models()).filter_map(|node| model_id::owner(world.name(node)));
            owners.into_iter().any(|other| other.eq_ignore_ascii_case(owner))
        };
        let is_operation = |world: &World, word: &str| {
            let graph = &world.graph;
            let code = graph.operations().iter().position(|operation| operation.as_str() == word);
            let used = |code: &u8| {
                graph.rows().1.operations.contains(code) || graph.self_operations().contains(code)
            };
            code.is_some_and(|code| used(&(code as u8)))
        };
        let is_task = |world: &World, task: &str| world.tasks.names.iter().any(|name| &**name == task);
        type Meets<'a> = &'a dyn Fn(&World, &str) -> bool;
        let conditions: [(&'static str, &Option<String>, Meets); 3] = [
            ("owner", &self.owner, &is_owner),
            ("operation", &self.operation, &is_operation),
            ("task", &self.task, &is_task),
        ];
        let unmet = conditions.into_iter().filter_map(|(what, asked, meets)| {
            let asked = asked.as_deref()?;
            (!worlds.iter().any(|world| meets(world, asked))).then_some((what, asked))
        });
        unmet.collect()
    }

    /// Returns what it comes to in one of the two worlds.
    pub fn within<'a>(&'a self, world: &'a World) -> Within<'a> {
        let operations = world.graph.operations();
        let code = |word: &String| operations.iter().position(|operation| operation.as_str() == word);
        let mut models: Vec<u32> = self.models.iter().filter_map(|name| find(world, name)).collect();
        models.sort_unstable();
        Within {
            world,
            models: (!self.models.is_empty()).then_some(models),
            owner: self.owner.as_deref(),
            operation: self.operation.as_ref().map(|word| code(word).map(|code| code as u8)),
            task: self.task.as_deref(),
        }
    }
}

/// Finds a listed model by its name, ignoring case.
fn find(world: &World, name: &str) -> Option<u32> {
    let node = world.ids.find_ignoring_case(name)?.node();
    (!world.graph.is_missing(node)).then_some(node)
}

/// The conditions of a [`Filter`] on the models of one world.
#[derive(Debug)]
pub struct Within<'a> {
    world: &'a World,
    /// Sorted.
    models: Option<Vec<u32>>,
    owner: Option<&'a str>,
    /// `Some(None)` is an operation by which no model here was derived.
    operation: Option<Option<u8>>,
    task: Option<&'a str>,
}

impl Within<'_> {
    /// Whether a model meets every condition.
    pub fn holds(&self, node: u32) -> bool {
        let is_named = |models: &Vec<u32>| models.binary_search(&node).is_ok();
        let is_owned = |owner: &str| {
            model_id::owner(self.world.name(node)).is_some_and(|found| found.eq_ignore_ascii_case(owner))
        };
        let derives = |code: Option<u8>| code.is_some_and(|code| bases::derives_by(self.world, node, code));
        self.models.as_ref().is_none_or(is_named)
            && self.owner.is_none_or(is_owned)
            && self.operation.is_none_or(derives)
            && self.task.is_none_or(|task| self.world.task(node) == Some(task))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::world;

    const WORLD: &str = "
        One/base 7 text-generation
        one/tuned 8 fill-mask
        two/merged
        bare
        gone/base? -finetune-> one/tuned
        One/base -merge-> two/merged
        two/merged -adapter-> two/merged
    ";

    fn check(filter: Filter, expected: &str) {
        let world = world(WORLD);
        let within = filter.within(&world);
        let held = (0..world.graph.models()).filter(|node| within.holds(*node));
        let names: Vec<&str> = held.map(|node| world.name(node)).collect();
        assert_eq!(names.join(" "), expected);
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn who_asks_for_nothing_wants_all() {
        check(Filter::default(), "One/base one/tuned two/merged bare");
        assert!(Filter::default().wants(Kind::Task));
    }

    #[test]
    fn each_condition_holds_of_some_models() {
        check(Filter { owner: some("ONE"), ..Filter::default() }, "One/base one/tuned");
        check(Filter { operation: some("merge"), ..Filter::default() }, "two/merged");
        check(Filter { operation: some("adapter"), ..Filter::default() }, "two/merged");
        check(Filter { operation: some("upscaled"), ..Filter::default() }, "");
        check(Filter { task: some("fill-mask"), ..Filter::default() }, "one/tuned");
        check(
            Filter { models: vec!["TWO/merged".into(), "bare".into()], ..Filter::default() },
            "two/merged bare",
        );
        check(Filter { models: vec!["gone/base".into()], ..Filter::default() }, "");
    }

    #[test]
    fn several_conditions_hold_together() {
        let owner = some("one");
        check(Filter { owner: owner.clone(), task: some("fill-mask"), ..Filter::default() }, "one/tuned");
        check(Filter { owner, operation: some("merge"), ..Filter::default() }, "");
    }

    #[test]
    fn a_name_that_means_no_model_in_either_world_is_unknown() {
        let (before, after) = (world("a\nc? -merge-> a"), world("b"));
        let filter = |name: &str| Filter { models: vec![name.to_owned()], ..Filter::default() };
        assert_eq!(
            ["A", "b", "c", "d"].map(|name| filter(name).unknown_model(&before, &after).is_some()),
            [false, false, true, true]
        );
    }
}
