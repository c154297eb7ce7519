//! Whoever is to be told of findings is told, and nobody else.

use super::{found, planted, prepare};
use crate::support::{Lineal, text};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::Command,
    sync::mpsc::{Receiver, channel},
    thread,
};

/// A server that notes requests and answers each with a status.
fn receiver(statuses: &'static [u16]) -> (u16, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for status in statuses {
            let Ok((stream, _)) = listener.accept() else { return };
            let mut reader = BufReader::new(&stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| read > 0) {}
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
            reader.read_exact(&mut body).expect("a body");
            let _ = write!(&stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = sender.send((head, String::from_utf8(body).expect("UTF-8")));
        }
    });
    (port, receiver)
}

fn with_secret(mut command: Command) -> Command {
    command.env("LINEAL_WEBHOOK_SECRET", "a shared secret");
    command
}

#[test]
fn a_webhook_is_told_once_all_is_known_and_signed() {
    let lineal = Lineal::new();
    prepare(&lineal);
    let (port, heard) = receiver(&[500, 204]);
    let url = format!("http://localhost:{port}/hook?key=hidden");
    let told = ["watch", "ann/gate", "--format", "json", "--webhook", &url, "--allow-private-webhook"];
    let command = with_secret(lineal.command(&told));
    let outcome = crate::support::finish({ command }.spawn().expect("the binary starts"));
    assert_eq!(outcome.code, Some(1), "{}", outcome.err);
    let _first = heard.recv().expect("a call");
    let (head, body) = heard.recv().expect("another call");
    assert!(head.starts_with("post /hook?key=hidden http/1.1"), "{head}");
    let sent: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(sent, serde_json::from_str::<Value>(&outcome.out).expect("JSON"));
    let signature =
        head.lines().find_map(|line| line.strip_prefix("x-lineal-signature: t=")).expect("signed");
    let (time, signature) = signature.split_once(",v1=").expect("two parts");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a shared secret");
    let expected = ring::hmac::sign(&key, format!("{time}.{body}").as_bytes());
    let expected: String = expected.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signature, expected);
    // Nothing to tell, nobody called: there is no answer left to give.
    let command =
        with_secret(lineal.command(&["watch", "ann/kept", "--webhook", &url, "--allow-private-webhook"]));
    assert_eq!(crate::support::finish({ command }.spawn().expect("the binary starts")).code, Some(0));
}

#[test]
fn whoever_cannot_be_told_is_an_error_after_the_findings() {
    let lineal = Lineal::new();
    prepare(&lineal);
    let (port, _heard) = receiver(&[404]);
    let url = format!("http://127.0.0.1:{port}/secret-path");
    let told = ["watch", "ann/gate", "--webhook", &url, "--allow-private-webhook"];
    let command = with_secret(lineal.command(&told));
    let outcome = crate::support::finish({ command }.spawn().expect("the binary starts"));
    assert_eq!(outcome.code, Some(2), "{}", outcome.err);
    assert!(outcome.out.starts_with("warning gated ann/gate: no → auto"), "{}", outcome.out);
    assert!(
        outcome.err.contains("refuses the call (404)") && !outcome.err.contains("secret"),
        "{}",
        outcome.err
    );
}

#[test]
fn whoever_must_not_or_cannot_be_told_is_an_error_before_anything_is_found() {
    let lineal = Lineal::new();
    prepare(&lineal);
    let (port, heard) = receiver(&[204]);
    // Nothing has happened to it, so there is nobody to tell; that would be too late to notice.
    let model = "ann/kept";
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"] {
        let url = format!("http://{host}:{port}/secret-path");
        let command = with_secret(lineal.command(&["watch", model, "--webhook", &url]));
        let outcome = crate::support::finish({ command }.spawn().expect("the binary starts"));
        assert_eq!((outcome.code, &*outcome.out), (Some(2), ""), "{host}: {}", outcome.err);
        assert!(outcome.err.contains("which is not a public address"), "{}", outcome.err);
        assert!(
            outcome.err.contains("--allow-private-webhook") && !outcome.err.contains("secret"),
            "{}",
            outcome.err
        );
    }
    assert!(heard.try_recv().is_err());
    let refused = lineal.refusal(&["watch", "ann/gate", "--webhook", "https://hooks.example/"]);
    assert!(refused.contains("a webhook is signed: give the secret in `LINEAL_WEBHOOK_SECRET`"), "{refused}");
    lineal.write("empty", "\n");
    let hook = ["--webhook", "https://hooks.example/", "--webhook-secret-file", "empty"];
    let refused = lineal.refusal(&[&["watch", "ann/gate"], &hook[..]].concat());
    assert!(refused.contains("cannot use the secret in `empty`"), "{refused}");
    lineal.write("page.html", "<html></html>");
    let refused = lineal.refusal(&["watch", "ann/gate", "--feed", "page.html"]);
    assert!(refused.contains("cannot go on with the feed `page.html`"), "{refused}");
    assert_eq!(text(lineal.path("page.html")), "<html></html>");
}

#[test]
fn a_feed_grows_by_what_is_new() {
    let lineal = Lineal::new();
    prepare(&lineal);
    let ids = || -> Vec<String> {
        let xml = text(lineal.path("watch.xml"));
        let id = |part: &str| part.split_once("</id>").map(|(id, _)| id.to_owned());
        xml.split("<entry>\n    <id>").skip(1).filter_map(id).collect()
    };
    assert_eq!(found(&lineal, &["ann/kept", "--feed", "watch.xml"]).len(), 0);
    assert_eq!(ids().len(), 0);
    found(&lineal, &["ann/gate", "--feed", "watch.xml"]);
    let first = ids();
    found(&lineal, &["--list", "all.txt", "--feed", "watch.xml"]);
    let all = ids();
    assert_eq!((first.len(), all.len()), (1, planted().len()));
    assert_eq!(all.last(), first.first());
    let once = text(lineal.path("watch.xml"));
    found(&lineal, &["--list", "all.txt", "--feed", "watch.xml"]);
    assert_eq!(text(lineal.path("watch.xml")), once);
}
