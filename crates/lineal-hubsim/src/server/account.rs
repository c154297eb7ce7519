//! `GET /api/whoami-v2`: whose token is this?

use crate::server::{client::Client, refusal::Refusal};
use axum::{Extension, Json};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'static str,
    name: &'static str,
    fullname: &'static str,
    is_pro: bool,
    orgs: [(); 0],
    auth: Auth,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Auth {
    #[serde(rename = "type")]
    kind: &'static str,
    access_token: AccessToken,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessToken {
    display_name: &'static str,
    role: &'static str,
}

pub(crate) async fn whoami(Extension(client): Extension<Client>) -> Result<Json<Account>, Refusal> {
    if client.is_anonymous() {
        return Err(Refusal::NoToken);
    }
    Ok(Json(Account {
        kind: "user",
        id: "5eed00000000000000000001",
        name: "visitor",
        fullname: "A visitor",
        is_pro: false,
        orgs: [],
        auth: Auth {
            kind: "access_token",
            access_token: AccessToken { display_name: "simulated", role: "read" },
        },
    }))
}
