//! What will a pass over details cost?

use crate::{progress::quota_time, show::crawl::Cost};
use lineal_core::reading::Detail;
use lineal_hub::{
    client::{AskError, Bucket, Client},
    pages::{self, Order, Query},
};
use std::time::Duration;

/// The Hub's own limits, as documented in September 2025: requests in 300 seconds, without and with
/// a token of the free plan.
const WINDOW: u64 = 300;
const DOCUMENTED: [(Bucket, u64, u64); 2] = [(Bucket::Api, 500, 1000), (Bucket::Resolvers, 3000, 5000)];

/// Which limit a detail counts against, and how many requests a model takes as a rule.
fn price(detail: Detail) -> (Bucket, u64) {
    match detail {
        // A README is reached through one redirect.
        Detail::Cards => (Bucket::Resolvers, 2),
        Detail::Commits | Detail::Files | Detail::Identities => (Bucket::Api, 1),
    }
}

/// Estimates requests and time. The hub is asked for one model, as its answer tells the limit.
///
/// # Errors
/// When the hub does not answer.
pub async fn cost(client: &Client, detail: Detail, chosen: u64, known: u64) -> Result<Cost, AskError> {
    let (bucket, price) = price(detail);
    let asked = chosen - known;
    if asked > 0 {
        let one = Query { filters: Vec::new(), author: None, order: Order::Created, page: 1 };
        pages::first_page(client, &one, &["sha".to_owned()]).await?;
    }
    let requests = asked * price;
    let standing = client.standing(bucket);
    let told = standing.and_then(|standing| Some((standing, standing.policy?)));
    let documented = || {
        let is_the_hub = client.hub().host_str() == Some("huggingface.co");
        let (_, anonymous, token) = DOCUMENTED.into_iter().find(|(of, ..)| *of == bucket && is_the_hub)?;
        Some(if client.is_anonymous() { anonymous } else { token })
    };
    let (quota, time) = match told {
        Some((standing, (quota, window))) => {
            let time = quota_time(requests, standing.left, standing.ends_in, quota, window);
            (Some((quota, window.as_secs())), Some(time))
        }
        None => match documented() {
            Some(quota) => {
                let window = Duration::from_secs(WINDOW);
                (Some((quota, WINDOW)), Some(quota_time(requests, quota, window, quota, window)))
            }
            None => (None, None),
        },
    };
    let seconds = time.map(|time| time.as_secs());
    Ok(Cost { detail: detail.as_str(), chosen, known, asked, requests, seconds, quota, told: told.is_some() })
}
