//! Calls to servers on this machine that note what they are told, and answer as planned.

use super::*;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// A request as it came: its head and its body.
type Heard = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Starts a server that answers with these statuses, the last again and again; 0 is no answer at
/// all. Returns its port and what it hears.
async fn server(statuses: &[u16]) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = Heard::default();
    let mut plan: VecDeque<u16> = statuses.iter().copied().collect();
    let noted = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let status = if plan.len() > 1 { plan.pop_front() } else { plan.front().copied() };
            let mut bytes = Vec::new();
            let request = loop {
                let mut buffer = [0; 1024];
                let read = stream.read(&mut buffer).await.unwrap_or(0);
                bytes.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let head = head.to_ascii_lowercase();
                    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                    if length.and_then(|length| length.parse().ok()) == Some(body.len()) {
                        break Some((head, body.as_bytes().to_vec()));
                    }
                }
                if read == 0 {
                    break None;
                }
            };
            noted.lock().unwrap_or_else(PoisonError::into_inner).extend(request);
            match status {
                // Whoever waits for this answer must not keep others waiting.
                Some(0) | None => drop(tokio::spawn(async move {
                    time::sleep(Duration::from_secs(20)).await;
                    drop(stream);
                })),
                Some(status) => {
                    // Where a redirect leads is this server itself, which would count the call.
                    let answer = format!(
                        "HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:{port}/elsewhere\r\n\
                         content-length: 2\r\nconnection: close\r\n\r\nok"
                    );
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
            }
        }
    });
    (port, heard)
}

fn webhook(url: &str) -> Webhook {
    Webhook {
        url: url.parse().expect("an address"),
        secret: Secret::new("a shared secret\n").expect("a secret"),
        allow_private: true,
        timeout: Duration::from_millis(500),
        retries: 3,
        pause: Duration::from_millis(5),
    }
}

fn requests(heard: &Heard) -> Vec<(String, Vec<u8>)> {
    heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Calls a server that answers as planned, and says what came of it and after how many calls.
async fn check(statuses: &[u16], expected: &str, calls: usize) {
    let (port, heard) = server(statuses).await;
    let outcome = call(&webhook(&format!("http://127.0.0.1:{port}/hook")), b"{}", || 7).await;
    let said = outcome.map_or_else(|error| error.to_string(), |()| "told".to_owned());
    assert_eq!(said.replace(&port.to_string(), "PORT"), expected, "{statuses:?}");
    assert_eq!(requests(&heard).len(), calls, "{statuses:?}");
}

#[tokio::test]
async fn a_call_is_signed_so_that_others_can_check_it() {
    let (port, heard) = server(&[204]).await;
    let body = br#"{"findings":[]}"#;
    call(&webhook(&format!("http://127.0.0.1:{port}/hook?key=1")), body, || 1_700_000_000)
        .await
        .expect("told");
    let [(head, sent)] = &requests(&heard)[..] else { panic!("one call") };
    assert!(head.starts_with("post /hook?key=1 http/1.1"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(sent, body);
    // Computed by another implementation:
    // printf '1700000000.{"findings":[]}' | openssl dgst -sha256 -hmac 'a shared secret'
    let expected = "x-lineal-signature: t=1700000000,v1=4cd28bc7c9608a2c52d20c91507e1f294373f706a04c392928536bfe6e94923f";
    assert!(head.lines().any(|line| line == expected), "{head}");
}

#[tokio::test]
async fn what_fails_is_tried_again_and_what_refuses_is_not() {
    check(&[200], "told", 1).await;
    check(&[500, 503, 201], "told", 3).await;
    check(&[429, 0, 200], "told", 3).await;
    check(&[500], "gave up on `http://127.0.0.1:PORT` after 4 attempts", 4).await;
    check(&[404], "`http://127.0.0.1:PORT` refuses the call (404)", 1).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let said = "sends us elsewhere (307), and redirects are not followed";
    check(&[307, 200], &format!("`http://127.0.0.1:PORT` {said}"), 1).await;
}

#[tokio::test]
async fn an_address_that_is_not_public_is_refused_however_it_is_written() {
    let (port, heard) = server(&[200]).await;
    let hosts = [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "017700000001",
        "0.0.0.0",
        "localhost",
        "LOCALHOST.",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "100.64.0.1",
        "10.0.0.1",
        "[fe80::1]",
        "[fd00:ec2::254]",
    ];
    for host in hosts {
        let webhook = Webhook { allow_private: false, ..webhook(&format!("http://{host}:{port}/")) };
        let outcome = call(&webhook, b"{}", || 7).await;
        // A system may not know the name with a full stop; then nothing is called either.
        let is_refused = matches!(outcome, Err(WebhookError::Private { .. } | WebhookError::Resolve { .. }));
        assert!(is_refused, "{host}: {outcome:?}");
    }
    assert_eq!(requests(&heard), []);
    // The same name is called if that is allowed, at the address that was looked up.
    call(&webhook(&format!("http://localhost:{port}/")), b"{}", || 7).await.expect("told");
    assert_eq!(requests(&heard).len(), 1);
}

#[tokio::test]
async fn the_connection_goes_to_the_address_that_was_checked_whatever_the_name_means_by_then() {
    let (port, heard) = server(&[200]).await;
    // Nobody but us can say where this name leads, so nobody else was asked.
    let webhook = webhook(&format!("http://name.invalid:{port}/"));
    let client = client(&webhook, vec![([127, 0, 0, 1], port).into()]).expect("a client");
    assert!(matches!(send(&client, &webhook, b"{}", 7).await, Attempt::Done));
    assert!(requests(&heard)[0].0.contains(&format!("host: name.invalid:{port}")));
}

#[test]
fn an_address_shows_its_origin_only_and_a_secret_nothing() {
    let said =
        |text: &str| text.parse::<WebhookUrl>().map_or_else(|error| error.to_string(), |url| url.to_string());
    assert_eq!(said("https://hooks.example/services/T0/secret?key=secret"), "https://hooks.example");
    let refused = "it is not the address of a webhook: expected `https://host/path`, without a password";
    for text in ["ftp://a.example/", "https://ann:x@a.example/", "file:///etc/passwd", "a.example", ""] {
        assert_eq!(said(text), refused, "{text}");
    }
    let secret = Secret::new("top secret").expect("a secret");
    assert_eq!(
        format!("{:?}", Webhook { secret, ..webhook("http://a.example/x") }).matches("secret").count(),
        1
    );
    assert_eq!(Secret::new(" \n"), Err(EmptySecret));
}
