//! Which models come after a cursor?
//!
//! In order of creation, places are the order. Any other order is made when it is first asked
//! for, four bytes for each model, and forgotten when a week passes.

use crate::server::{
    cursor::{Cursor, Order},
    feed::{Feed, HubId, Measure, Place, Wanted},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The models as they are this week.
pub(crate) struct World {
    pub feed: Box<dyn Feed>,
    orders: Mutex<BTreeMap<Measure, Arc<Vec<Place>>>>,
}

impl World {
    pub fn new(feed: Box<dyn Feed>) -> World {
        World { feed, orders: Mutex::default() }
    }

    /// Lets a week pass.
    pub fn advance(&mut self) {
        self.feed.advance();
        self.orders.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns up to `most` models after a cursor, and one more if there is one.
    pub fn after(&self, cursor: Option<Cursor>, order: Order, wanted: &Wanted, most: usize) -> Vec<Place> {
        let sorted = order.by.map(|measure| self.sorted(measure));
        let at = |rank: Place| sorted.as_ref().map_or(rank, |sorted| sorted[rank as usize]);
        let key = |rank: Place| self.key(at(rank), order.by);
        let cursor = cursor.map(|cursor| (cursor.measure, cursor.hub_id));
        let all = self.feed.places();
        let is_met = |place: &Place| {
            self.feed.is_listed(*place) && (wanted.is_anything() || self.feed.is_asked_for(*place, wanted))
        };
        if order.descending {
            let end = cursor.map_or(all, |cursor| first(all, |rank| key(rank) >= cursor));
            (0..end).rev().map(at).filter(is_met).take(most + 1).collect()
        } else {
            let start = cursor.map_or(0, |cursor| first(all, |rank| key(rank) > cursor));
            (start..all).map(at).filter(is_met).take(most + 1).collect()
        }
    }

    /// Returns the cursor that stands on a model.
    pub fn cursor(&self, place: Place, order: Order) -> Cursor {
        let (measure, hub_id) = self.key(place, order.by);
        Cursor { measure, hub_id }
    }

    fn key(&self, place: Place, by: Option<Measure>) -> (u64, HubId) {
        let measure = by.map_or(0, |measure| self.feed.measure(place, measure));
        (measure, self.feed.hub_id(place))
    }

    fn sorted(&self, measure: Measure) -> Arc<Vec<Place>> {
        // The lock is held while sorting, so that two who ask at once do not both sort.
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let sort = || {
            let mut places: Vec<Place> = (0..self.feed.places()).collect();
            // Places are in order of identity, and a stable sort keeps that among equals.
            places.sort_by_key(|&place| self.feed.measure(place, measure));
            Arc::new(places)
        };
        orders.entry(measure).or_insert_with(sort).clone()
    }
}

/// Returns the first of so many ranks for which something holds that then holds for all after it.
fn first(ranks: Place, holds: impl Fn(Place) -> bool) -> Place {
    let (mut low, mut high) = (0, ranks);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
