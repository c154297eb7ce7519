//! How does the synthetic hub answer the server's questions?

use crate::{
    Hub,
    calendar::Second,
    kind::LEGACY,
    model::{Base, Serial},
    server::{
        feed::{Feed, HubId, Measure, Place, Wanted},
        fields::Fields,
        files::WEIGHTS_EVERY,
        repository::{Commit, INITIAL_COMMIT, Repository},
    },
};
use std::collections::BTreeMap;

/// The commit that only brings a repository into being counts as this revision.
const BEFORE_ALL: u16 = u16::MAX;

impl Feed for Hub {
    fn places(&self) -> Place {
        self.models.len() as Place
    }

    fn listed(&self) -> usize {
        self.len()
    }

    fn is_listed(&self, place: Place) -> bool {
        Hub::is_listed(self, place)
    }

    fn hub_id(&self, place: Place) -> HubId {
        HubId(self.numeric_hub_id(place))
    }

    fn measure(&self, place: Place, measure: Measure) -> u64 {
        let model = &self.models[place as usize];
        u64::from(match measure {
            Measure::LastModified => model.modified.0,
            Measure::Downloads => model.downloads,
            Measure::Likes => model.likes,
            Measure::TrendingScore => self.trending_score(place),
        })
    }

    fn is_asked_for(&self, place: Place, wanted: &Wanted) -> bool {
        self.is_wanted(place, wanted)
    }

    fn write(&self, place: Place, fields: Fields, out: &mut Vec<u8>) -> serde_json::Result<()> {
        self.write_item(place, fields, out)
    }

    fn find(&self, id: &str) -> Option<Place> {
        let Some((owner, name)) = id.split_once('/') else {
            // The models that once had a bare name were the first.
            let place = LEGACY.iter().position(|(_, name)| name.eq_ignore_ascii_case(id))?;
            return Some(place as Place);
        };
        let serial = self.names.holder(self.names.owner(owner)?, name)?;
        let found = self.names.get(self.models[serial as usize].name);
        found.eq_ignore_ascii_case(name).then_some(serial)
    }

    fn id(&self, place: Place) -> String {
        Hub::id(self, &self.models[place as usize]).to_string()
    }

    fn repository(&self, place: Place) -> Repository {
        let mut record = Vec::new();
        // Writing to memory does not fail, and what was written is an object.
        let _ = self.write_item(place, Fields::ALL, &mut record);
        Repository {
            record: serde_json::from_slice(&record).unwrap_or_default(),
            weights: self.weights(place),
            seed: self.options.seed ^ u64::from(place) << 32,
            commits: self.history(place),
        }
    }

    fn derived(&self, place: Place) -> BTreeMap<String, u64> {
        let mut found = BTreeMap::new();
        for (_, model) in self.listing() {
            let Some(operation) = model.operation else { continue };
            if self.bases_of(model).contains(&Base::Model(place)) {
                *found.entry(operation.as_str().to_owned()).or_default() += 1;
            }
        }
        found
    }

    fn advance(&mut self) {
        Hub::advance(self);
    }
}

impl Hub {
    /// Returns a model's commits, newest first.
    fn history(&self, serial: Serial) -> Vec<Commit> {
        let model = &self.models[serial as usize];
        let author = Hub::id(self, model).owner;
        let edits = self.edits.get(&serial).map(Vec::as_slice).unwrap_or_default();
        let commit = |revision: u16, title: &str, author: &str, date: Second| Commit {
            id: self.sha_after(serial, revision),
            title: title.to_owned(),
            author: author.to_owned(),
            date: date.to_string(),
        };
        let mut commits = vec![commit(BEFORE_ALL, INITIAL_COMMIT, "system", model.created)];
        for revision in 0..=model.revision {
            let date = edits.get(usize::from(revision)).copied().unwrap_or(model.modified);
            commits.push(commit(revision, title(serial, revision), author, date));
        }
        commits.reverse();
        commits
    }
}

/// Says what a commit was for: the weights change with every [`WEIGHTS_EVERY`]th, the card with all.
fn title(serial: Serial, revision: u16) -> &'static str {
    match (revision, usize::from(revision) % WEIGHTS_EVERY) {
        (0, _) => "Upload model",
        (_, 0) => NEW_WEIGHTS[serial as usize % NEW_WEIGHTS.len()],
        _ => "Update README.md",
    }
}

const NEW_WEIGHTS: [&str; 3] = ["Update model weights", "Fix weights", "Training in progress, step 1000"];
