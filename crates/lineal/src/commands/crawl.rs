//! `lineal crawl`

mod cost;
mod details;
pub mod hub;
mod listing;
mod merge;
mod plan;
pub mod taking;
mod walk;

use crate::{error::CommandError, ui::Ui};
use lineal_core::reading::Detail;
use lineal_lake::store::Lake;

/// Take a snapshot of a live hub
///
/// Reads the hub's list of models, a thousand at a time, within the hub's rate limit: half an hour
/// for three million models without a token. Every page is committed as it comes: after any
/// interruption, the same command goes on. A model is in the snapshot as it was when its page was
/// read; what is created meanwhile comes at the end, and no model is in it twice.
///
/// Examples:
///   lineal crawl                             # the Hub, today
///   lineal crawl --filter gguf --limit 5000
///   lineal crawl --since 2026-11-15          # only what has changed; the rest is taken over
///   lineal crawl commits --select "downloads > 100000"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    #[command(subcommand)]
    detail: Option<DetailCommand>,
    #[command(flatten)]
    hub: hub::HubArgs,
    #[command(flatten)]
    listing: plan::ListingArgs,
}

/// What a listing does not say, model by model.
#[derive(Debug, clap::Subcommand)]
pub enum DetailCommand {
    Commits(details::Commits),
    Cards(details::Cards),
    Files(details::Files),
    Identities(details::Identities),
}

pub fn run(args: &Args, lake: &Lake, ui: &mut Ui) -> Result<(), CommandError> {
    let (detail, asked) = match &args.detail {
        None => return listing::run(&args.listing, &args.hub, lake, ui),
        Some(DetailCommand::Commits(args)) => (Detail::Commits, &args.asked),
        Some(DetailCommand::Cards(args)) => (Detail::Cards, &args.asked),
        Some(DetailCommand::Files(args)) => (Detail::Files, &args.asked),
        Some(DetailCommand::Identities(args)) => (Detail::Identities, &args.asked),
    };
    if args.listing != plan::ListingArgs::default() {
        let text = format!(
            "what is given before `{}` is for reading a hub's list; see `lineal crawl {0} --help`",
            detail.as_str()
        );
        return Err(CommandError::Asked(text));
    }
    details::run(detail, asked, &args.hub, lake, ui)
}
