//! Who publishes a model?

use crate::{
    Hub,
    chance::Chance,
    model::{Owner, OwnerStyle},
    names::{self, Text},
};

impl Hub {
    /// Returns who publishes the next model: someone new, or the owner of a random model.
    pub(crate) fn publisher(&mut self) -> u32 {
        if self.chance.holds(0.75) {
            let seen = self.chance.below(self.models.len());
            let owner = self.models[seen].owner;
            if self.owners[owner as usize].style == OwnerStyle::Person {
                return owner;
            }
        }
        self.add_owner(OwnerStyle::Person)
    }

    /// Returns one of the labs, whose number grows with what they release.
    pub(crate) fn lab(&mut self) -> u32 {
        let place = self.chance.below(4 + self.releases.len() / 8);
        if let Some(&known) = self.labs.get(place) {
            return known;
        }
        let lab = self.add_owner(OwnerStyle::Lab);
        self.labs.push(lab);
        lab
    }

    /// Returns who quantizes the next model: mostly one of a few who do little else.
    pub(crate) fn quantizer(&mut self) -> u32 {
        if self.chance.holds(0.35) {
            return self.publisher();
        }
        // The first of them does most.
        let most = 3 + self.bases.len() / 6_000;
        let place = self.chance.heavy_tailed(1.0, most as f64) as usize - 1;
        if let Some(&known) = self.quantizers.get(place) {
            return known;
        }
        let quantizer = self.add_owner(OwnerStyle::Quantizer);
        self.quantizers.push(quantizer);
        quantizer
    }

    /// Adds an owner with the next free name of its style.
    pub(crate) fn add_owner(&mut self, style: OwnerStyle) -> u32 {
        let owner = self.owners.len() as u32;
        let name = self.next_owner_name(owner, style);
        self.owners.push(Owner { name, style, models: 0 });
        owner
    }

    /// Returns a name for an owner that no owner of the style ever had.
    pub(crate) fn next_owner_name(&mut self, owner: u32, style: OwnerStyle) -> Text {
        let given = &mut self.owner_names_given[style as usize];
        let name = names::owner_name(style, *given);
        *given += 1;
        self.names.keep_owner(owner, &name)
    }
}
