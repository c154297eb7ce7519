//! In which layer does each model stand?
//!
//! The model asked for is in layer 0, its ancestors above it in negative ones, its descendants below. A model
//! stands next to the furthest model that it was made from, so relations lead from lower to higher
//! layers, apart from those that close a cycle.

use super::scene::{Scene, Side};

/// Returns the layer of each model of a scene.
pub fn layers(scene: &Scene) -> Vec<i32> {
    let mut layers = vec![0; scene.models.len()];
    for side in [Side::Above, Side::Below] {
        let mut next = neighbours(scene, side);
        // Whoever a search leaves later is nearer.
        for place in search(&mut next).into_iter().rev() {
            for (neighbour, closes_cycle) in &next[place] {
                if !closes_cycle {
                    layers[*neighbour] = layers[*neighbour].max(layers[place] + 1);
                }
            }
        }
        if side == Side::Above {
            layers.iter_mut().for_each(|layer: &mut i32| *layer = -*layer);
        }
    }
    layers
}

/// The models one relation further away from each, on one side, and room to say that the relation closes a cycle.
fn neighbours(scene: &Scene, side: Side) -> Vec<Vec<(usize, bool)>> {
    let is_in = |place: usize| place == 0 || scene.models[place].side == side;
    let mut neighbours = vec![Vec::new(); scene.models.len()];
    for edge in &scene.edges {
        let (near, far) =
            if side == Side::Above { (edge.derived, edge.base) } else { (edge.base, edge.derived) };
        if is_in(near) && is_in(far) {
            neighbours[near].push((far, false));
        }
    }
    neighbours
}

/// How far a search has come with a model.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Left,
}

/// Searches from the model asked for: returns the models in the order in which the search leaves them, and
/// marks the relations that lead back to a model that it has not left.
fn search(neighbours: &mut [Vec<(usize, bool)>]) -> Vec<usize> {
    let mut order = Vec::new();
    let mut states = vec![State::New; neighbours.len()];
    let mut path = vec![(0, 0)];
    states[0] = State::Open;
    while let Some((place, at)) = path.last_mut() {
        let Some((neighbour, closes_cycle)) = neighbours[*place].get_mut(*at) else {
            states[*place] = State::Left;
            order.push(*place);
            path.pop();
            continue;
        };
        *at += 1;
        match states[*neighbour] {
            State::Open => *closes_cycle = true,
            State::New => {
                states[*neighbour] = State::Open;
                path.push((*neighbour, 0));
            }
            State::Left => {}
        }
    }
    order
}
