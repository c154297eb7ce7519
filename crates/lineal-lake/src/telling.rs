//! What does a snapshot tell of its models one by one, and how are they found by words?
//!
//! Both are made when they are first asked for, kept as indexes beside the snapshot's files, and opened from
//! there afterwards.

use crate::{
    index,
    snapshot::{ReadError, Snapshot},
};
use arrow::{
    array::{Array, AsArray, RecordBatch, StructArray},
    datatypes::UInt32Type,
};
use lineal_core::{
    atlas::Atlas,
    evidence::{Claimed, Evidence, EvidenceBuilder, Grounds},
    profiles::{Profiles, ProfilesBuilder},
    quality,
    record::Source,
    resolve::Resolution,
    search::{Search, SearchBuilder},
    world::World,
};

impl Snapshot {
    /// Whether [`Snapshot::atlas`] and [`Snapshot::search`] need not be made first, which takes a while.
    pub fn is_indexed(&self) -> bool {
        [index::atlas::FILE, index::search::FILE].iter().all(|file| index::is_there(&self.folder.join(file)))
    }

    /// Opens the snapshot's world with all that is told of its models and relations one by one: mapped from
    /// their indexes if those are good, else made anew.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn atlas(&self) -> Result<Atlas, ReadError> {
        let path = self.folder.join(index::atlas::FILE);
        let open = || index::atlas::open(&path, &self.manifest.id).ok();
        let (world, told) = std::thread::scope(|scope| {
            // Both are mostly waiting for memory, so together they take as long as the longer one.
            let told = scope.spawn(open);
            (self.world(), told.join())
        });
        let world = world?;
        let fits = |(profiles, evidence): &(Profiles, Evidence)| {
            profiles.fit(world.graph.models()) && evidence.fits(world.graph.relations())
        };
        let (profiles, evidence) = match told.ok().flatten().filter(fits) {
            Some(told) => told,
            None => {
                let (profiles, evidence) = self.told(&world)?;
                // A cache that is mapped in place of what was made, as the index of a world is.
                let written = index::place(&self.folder, index::atlas::FILE, |file| {
                    index::atlas::write(&profiles, &evidence, &self.manifest.id, file)
                });
                written.ok().and_then(|()| open()).filter(fits).unwrap_or((profiles, evidence))
            }
        };
        Atlas::new(world, profiles, evidence).ok_or_else(|| self.misfit("it does not fit its relations"))
    }

    fn told(&self, world: &World) -> Result<(Profiles, Evidence), ReadError> {
        let options = quality::Options::default();
        let mut profiles = ProfilesBuilder::default();
        for (node, record) in (0..).zip(self.records()?) {
            let record = record?;
            profiles.push(&record, quality::states(world, node, &record, &[], &options));
        }
        Ok((profiles.finish(), self.evidence(world)?))
    }

    /// Reads what the relations of the graph rest on, in the order of its rows: that of the relations table.
    fn evidence(&self, world: &World) -> Result<Evidence, ReadError> {
        let mut evidence = EvidenceBuilder::default();
        let mut next = 0;
        for batch in self.relations()? {
            let batch = batch?;
            let rows = Relations::of(&batch);
            for row in 0..batch.num_rows() {
                let Some((derived, base)) = rows.ends(world, row) else { continue };
                let range = world.graph.base_relations(derived);
                let stands_here =
                    range.contains(&next) && world.graph.bases(derived)[next - range.start] == base;
                if !stands_here {
                    return Err(self.misfit("its relations are not those of its index"));
                }
                evidence.push(&rows.grounds(row, world.name(base)));
                next += 1;
            }
        }
        Ok(evidence.finish())
    }

    /// Opens what finds the snapshot's models by words: mapped from its index if that is good, else made anew.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn search(&self, world: &World) -> Result<Search, ReadError> {
        let path = self.folder.join(index::search::FILE);
        let fits = |search: &Search| search.fits(world.graph.models());
        let open = || index::search::open(&path, &self.manifest.id).ok().filter(fits);
        if let Some(search) = open() {
            return Ok(search);
        }
        let mut builder = SearchBuilder::default();
        for batch in self.models(&["tags"])? {
            let batch = batch?;
            let lists = batch.column(0).as_list::<i32>();
            let texts = lists.values().as_string::<i32>();
            for range in lists.value_offsets().windows(2) {
                let range = range[0] as usize..range[1] as usize;
                builder.push(range.filter(|at| texts.is_valid(*at)).map(|at| texts.value(at)));
            }
        }
        let search = builder.finish(world).map_err(|source| ReadError::Words { date: self.date, source })?;
        let written = index::place(&self.folder, index::search::FILE, |file| {
            index::search::write(&search, &self.manifest.id, file)
        });
        Ok(written.ok().and_then(|()| open()).unwrap_or(search))
    }
}

/// The columns of a batch of relations.
struct Relations<'a> {
    batch: &'a RecordBatch,
}

impl<'a> Relations<'a> {
    fn of(batch: &'a RecordBatch) -> Relations<'a> {
        Relations { batch }
    }

    fn text(&self, column: usize, row: usize) -> &'a str {
        self.batch.column(column).as_string::<i32>().value(row)
    }

    /// The derived model and the base of a relation that is in the graph: declared, and between two.
    fn ends(&self, world: &World, row: usize) -> Option<(u32, u32)> {
        if !self.batch.column(5).as_boolean().value(row) {
            return None;
        }
        let derived = self.batch.column(0).as_primitive::<UInt32Type>().value(row);
        let bases = self.batch.column(1).as_primitive::<UInt32Type>();
        let base = match bases.is_valid(row) {
            true => bases.value(row),
            false => world.ids.find(self.text(2, row))?,
        };
        (base != derived).then_some((derived, base))
    }

    fn grounds(&self, row: usize, base: &str) -> Grounds {
        let resolution = self.text(6, row);
        let evidence = self.batch.column(7).as_list::<i32>().value(row);
        Grounds {
            operation_inferred: self.batch.column(4).as_boolean().value(row),
            resolution: Resolution::ALL.into_iter().find(|each| each.as_str() == resolution),
            claims: claims(evidence.as_struct(), base).collect(),
        }
    }
}

/// The places that claim a relation; one without a name here is left out.
fn claims<'a>(evidence: &'a StructArray, base: &'a str) -> impl Iterator<Item = Claimed> + 'a {
    let sources = evidence.column(0).as_string::<i32>();
    let names = evidence.column(1).as_string::<i32>();
    let operations = evidence.column(2).as_string::<i32>();
    (0..evidence.len()).filter_map(move |at| {
        let source = Source::ALL.into_iter().find(|source| source.as_str() == sources.value(at))?;
        let named = names.value(at);
        Some(Claimed {
            source,
            named: (named != base).then(|| named.to_owned()),
            operation: operations.is_valid(at).then(|| operations.value(at).to_owned()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestLake, day};
    use lineal_core::{
        model_id::HubId,
        operation::Operation,
        record::{Claim, Gated, ModelRecord},
    };
    use std::fs;

    fn claim(base: &str, operation: Option<Operation>, source: Source) -> Claim {
        Claim { base: base.to_owned(), base_hub_id: None, operation, source }
    }

    /// A base, a quantization of it that writes the name otherwise, and a merge of the base, of itself and of one
    /// that is missing; more of them if the snapshot is to be stored as changes to another.
    fn records(likes: u64, more: usize) -> Vec<ModelRecord> {
        let named = |name: &str| ModelRecord::named(name.parse().expect("a name"));
        let mut base = named("a/base");
        base.hub_id = Some(HubId([3; 12]));
        base.license = Some("mit".to_owned());
        base.likes = Some(likes);
        base.gated = Some(Gated::Auto);
        base.tags = vec!["region:us".to_owned(), "llama".to_owned()];
        let mut quantized = named("b/base-GGUF");
        quantized.claims = vec![
            claim("A/Base", Some(Operation::Quantized), Source::Card),
            claim("a/base", None, Source::UntypedTag),
        ];
        let mut merge = named("b/merge");
        merge.claims = ["b/merge", "gone/one", "a/base"]
            .map(|base| claim(base, Some(Operation::Merge), Source::TypedTag))
            .to_vec();
        merge.claims.push(claim("c/loaded", None, Source::PeftConfig));
        let more = (0..more).map(|at| named(&format!("more/model-{at}")));
        [base, quantized, merge].into_iter().chain(more).collect()
    }

    /// What an atlas tells of its first three models.
    fn told(atlas: &Atlas) -> Vec<String> {
        let mut told = Vec::new();
        for node in 0..3 {
            let profile = &atlas.profiles;
            told.push(format!(
                "{} {:?} {:?}",
                atlas.world.name(node),
                profile.license(node),
                profile.likes(node)
            ));
            for relation in atlas.relations(node) {
                let claims: Vec<String> = relation
                    .evidence
                    .iter()
                    .map(|claim| {
                        format!(
                            "{}{}",
                            claim.source.as_str(),
                            claim.named.as_deref().map(|named| format!(" as {named}")).unwrap_or_default()
                        )
                    })
                    .collect();
                told.push(format!(
                    "  {} {} {:?}: {}",
                    relation.base,
                    relation.operation,
                    relation.resolution,
                    claims.join(", ")
                ));
            }
        }
        told
    }

    const TOLD: [&str; 6] = [
        "a/base Some(\"mit\") Some(7)",
        "b/base-GGUF None None",
        "  a/base quantized Some(\"exact\"): card as A/Base, untyped_tag",
        "b/merge None None",
        "  gone/one merge Some(\"missing\"): typed_tag",
        "  a/base merge Some(\"exact\"): typed_tag",
    ];

    #[test]
    fn an_atlas_tells_the_same_when_it_is_made_and_when_it_is_opened_again() {
        let lake = TestLake::new();
        lake.write("2025-01-01", &records(7, 0));
        let snapshot = lake.lake.snapshot(None).expect("a snapshot");
        assert!(!snapshot.is_indexed());
        assert_eq!(told(&snapshot.atlas().expect("made")), TOLD);
        let search = snapshot.search(&snapshot.world().expect("a world")).expect("made");
        assert!(snapshot.is_indexed());
        let atlas = snapshot.atlas().expect("opened");
        assert_eq!(told(&atlas), TOLD);
        assert_eq!(atlas.profiles.find(HubId([3; 12])), Some(0));
        let again = snapshot.search(&atlas.world).expect("opened");
        assert_eq!(search.find(&atlas.world, "base gguf", 0, 9), again.find(&atlas.world, "base gguf", 0, 9));
    }

    #[test]
    fn a_snapshot_stored_as_changes_tells_of_all_its_models() {
        let lake = TestLake::new();
        lake.write("2025-01-01", &records(5, 2000));
        let published = lake.write("2025-01-08", &records(7, 2000));
        assert!(published.manifest.changes_to.is_some());
        let snapshot = lake.lake.snapshot(Some(day("2025-01-08"))).expect("a snapshot");
        assert_eq!(told(&snapshot.atlas().expect("made")), TOLD);
    }

    #[test]
    fn an_index_of_another_version_has_to_be_made_first() {
        let lake = TestLake::new();
        lake.write("2025-01-01", &records(7, 0));
        let snapshot = lake.lake.snapshot(None).expect("a snapshot");
        drop(snapshot.search(&snapshot.atlas().expect("made").world).expect("made"));
        assert!(snapshot.is_indexed());
        let path = snapshot.folder.join(index::search::FILE);
        let mut bytes = fs::read(&path).expect("written");
        bytes[14] += 1;
        fs::remove_file(&path).expect("removed");
        fs::write(&path, &bytes).expect("written");
        assert!(!snapshot.is_indexed());
    }

    #[test]
    fn damaged_indexes_are_made_anew() {
        let lake = TestLake::new();
        lake.write("2025-01-01", &records(7, 0));
        let snapshot = lake.lake.snapshot(None).expect("a snapshot");
        for file in [index::atlas::FILE, index::search::FILE] {
            drop((snapshot.atlas().expect("made"), snapshot.search(&snapshot.world().expect("a world"))));
            let path = snapshot.folder.join(file);
            let good = fs::read(&path).expect("written");
            for at in (0..good.len()).step_by(7) {
                let mut bad = good.clone();
                bad[at] ^= 0x11;
                fs::remove_file(&path).expect("removed");
                fs::write(&path, &bad).expect("written");
                let atlas = snapshot.atlas().expect("made anew");
                assert_eq!(told(&atlas), TOLD, "{file} {at}");
                let hits =
                    snapshot.search(&atlas.world).expect("made anew").find(&atlas.world, "merge", 0, 9);
                assert_eq!(hits.hits.len(), 1, "{file} {at}");
            }
        }
    }
}
