//! Serves a made-up hub, to look at it or to ask its API:
//! `cargo run -p lineal-web --example serve_demo -- 127.0.0.1:8282 400`, where the last is the size of its
//! largest family. A token, if one is given after that, turns on `POST /api/v1/reload`, which swaps views.

use lineal_web::serve::{
    Content, Explorer, Server, Settings,
    testing::Hub,
    view::{Current, Sql, SqlAnswer, SqlFailure, View},
};
use std::{error::Error, future::Future, pin::Pin, sync::Arc, thread};

/// Answers every query with itself.
struct Echo;

impl Sql for Echo {
    fn query<'a>(
        &'a self,
        query: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<SqlAnswer, SqlFailure>> + Send + 'a>> {
        let answer =
            SqlAnswer { columns: vec!["query".to_owned()], rows: vec![vec![query.into()]], truncated: false };
        Box::pin(async { Ok(answer) })
    }
}

fn view(hub: &Hub, number: u64) -> Arc<View> {
    let view = hub.view(&format!("demo-{number}"));
    view.prepare();
    hub.work_out(&view);
    Arc::new(view)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let listen = arguments.next().unwrap_or_else(|| "127.0.0.1:8282".to_owned()).parse()?;
    let family = arguments.next().map_or(Ok(400), |family| family.parse())?;
    let hub = Hub::sizeable(family);
    let explorer = Arc::new(Explorer { current: Current::new(view(&hub, 0)), sql: Some(Arc::new(Echo)) });
    let reload = {
        let explorer = Arc::clone(&explorer);
        move || {
            let (explorer, hub) = (Arc::clone(&explorer), hub.clone());
            thread::spawn(move || explorer.current.replace(view(&hub, explorer.current.swaps() + 1)));
        }
    };
    let settings = Settings { listen, token: arguments.next(), ..Settings::default() };
    let content = Content { workbook: None, explorer: Some(explorer), reload: Some(Arc::new(reload)) };
    Server::bind(&settings, content).await?.run(std::future::pending()).await;
    Ok(())
}
