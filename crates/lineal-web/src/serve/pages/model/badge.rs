//! How does a model card show where the model comes from?

use crate::address;

/// A badge, and what to write into a card.
pub struct Badge {
    pub image: String,
    pub markdown: String,
}

/// The badge of a listed model, whose name is plain. `host` is what a browser calls this machine.
pub fn of(host: &str, name: &str) -> Badge {
    let image = address::badge(name);
    let markdown = format!("[![Lineage](http://{host}{image})](http://{host}{})", address::model(name));
    Badge { image, markdown }
}
