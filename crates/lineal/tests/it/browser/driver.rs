//! A real browser, driven over WebDriver (W3C): the few commands that tests need.
//!
//! A client library would bring a second TLS stack and dozens of crates for what is some JSON over a loopback
//! connection.

use serde_json::{Value, json};
use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How WebDriver names an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// How long a page may take to become what a test expects.
const PATIENCE: Duration = Duration::from_secs(20);

/// A headless Chromium that ends with the test.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts a browser with a window of a size; `None` where there is none on this machine.
    pub fn start(width: u32, height: u32, dark: bool) -> Option<Browser> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            line.rsplit_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        // What it prints afterwards must not fill the pipe.
        thread::spawn(move || lines.for_each(drop));
        let mut browser =
            Browser { driver, port: port.expect("a driver says its port"), session: String::new() };
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--force-color-profile=srgb".to_owned(),
            format!("--window-size={width},{height}"),
        ];
        if dark {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let started =
            browser.ask("POST", "session", json!({ "capabilities": { "alwaysMatch": capabilities } }));
        browser.session = format!("session/{}", started["sessionId"].as_str().expect("a session"));
        Some(browser)
    }

    /// Sends a command to the driver and returns its value.
    fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        self.tried(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    fn tried(&self, method: &str, path: &str, body: Value) -> Result<Value, Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let head = format!(
            "{method} /{path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).expect("sent");
        // The driver keeps the connection open, whatever it is told, so the length counts.
        let mut answer = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(answer.read_line(&mut head).expect("answered"), 0, "the driver hung up: {head}");
        }
        let length = head
            .to_lowercase()
            .lines()
            .find_map(|line| Some(line.strip_prefix("content-length:")?.trim().to_owned()));
        let length: usize = length.and_then(|length| length.parse().ok()).expect("a length");
        let mut body = vec![0; length];
        answer.read_exact(&mut body).expect("all of it");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        let value = body["value"].clone();
        if head.starts_with("HTTP/1.1 200") { Ok(value) } else { Err(value) }
    }

    fn of_session(&self, method: &str, path: &str, body: Value) -> Value {
        self.ask(method, &format!("{}/{path}", self.session), body)
    }

    pub fn open(&self, address: &str) {
        self.of_session("POST", "url", json!({ "url": address }));
    }

    pub fn address(&self) -> String {
        self.of_session("GET", "url", Value::Null).as_str().expect("an address").to_owned()
    }

    pub fn title(&self) -> String {
        self.of_session("GET", "title", Value::Null).as_str().expect("a title").to_owned()
    }

    /// Runs JavaScript in the page; `arguments` holds what is passed.
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        self.of_session("POST", "execute/sync", json!({ "script": script, "args": arguments }))
    }

    /// Runs JavaScript that calls the last of its arguments with the answer.
    pub fn run_until_done(&self, script: &str, arguments: Value) -> Value {
        self.of_session("POST", "execute/async", json!({ "script": script, "args": arguments }))
    }

    /// Finds an element by a CSS selector, as soon as it is there.
    pub fn find(&self, selector: &str) -> Element<'_> {
        let started = Instant::now();
        loop {
            let body = json!({ "using": "css selector", "value": selector });
            match self.tried("POST", &format!("{}/element", self.session), body) {
                Ok(value) => {
                    let id = value[ELEMENT].as_str().expect("an element").to_owned();
                    return Element { browser: self, id };
                }
                Err(error) if started.elapsed() > PATIENCE => {
                    panic!("no `{selector}` at {}: {error}", self.address())
                }
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// How many elements a CSS selector selects.
    pub fn count(&self, selector: &str) -> usize {
        let all = self.of_session("POST", "elements", json!({ "using": "css selector", "value": selector }));
        all.as_array().expect("a list").len()
    }

    /// The texts of all elements that a CSS selector selects.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent.trim())";
        let texts = self.run(script, json!([selector]));
        let texts = texts.as_array().expect("a list").iter();
        texts.map(|text| text.as_str().expect("a text").to_owned()).collect()
    }

    /// Waits until JavaScript returns something true.
    pub fn until(&self, script: &str) {
        let started = Instant::now();
        while !self.run(script, json!([])).as_bool().unwrap_or(false) {
            assert!(started.elapsed() < PATIENCE, "never true at {}: {script}", self.address());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses keys on whatever has the focus.
    pub fn press(&self, keys: &str) {
        let mut actions = Vec::new();
        for key in keys.chars() {
            actions.push(json!({ "type": "keyDown", "value": key.to_string() }));
            actions.push(json!({ "type": "keyUp", "value": key.to_string() }));
        }
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.of_session("POST", "actions", json!({ "actions": [keyboard] }));
    }

    /// Makes a picture of the whole page, for people.
    pub fn picture(&self, file: &Path) {
        use std::fs;
        let height =
            self.run("return document.documentElement.scrollHeight", json!([])).as_u64().unwrap_or(1000);
        let width = self.run("return window.innerWidth", json!([])).as_u64().unwrap_or(1280);
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height.min(12_000), "scale": 1 });
        let command = json!({
            "cmd": "Page.captureScreenshot",
            "params": { "format": "png", "captureBeyondViewport": true, "clip": clip },
        });
        let answer = self.of_session("POST", "goog/cdp/execute", command);
        let bytes = base64(answer["data"].as_str().expect("a picture"));
        fs::create_dir_all(file.parent().expect("in a folder")).expect("a folder");
        fs::write(file, bytes).expect("a file");
    }

    /// What pages have complained about since they were last asked.
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.of_session("POST", "se/log", json!({ "type": "browser" }));
        let entries = entries.as_array().expect("a list").iter();
        entries.map(|entry| format!("{}: {}", entry["level"], entry["message"])).collect()
    }

    /// The addresses that pages have asked for since they were last looked at.
    pub fn requests(&self) -> Vec<String> {
        let entries = self.of_session("POST", "se/log", json!({ "type": "performance" }));
        let entries = entries.as_array().expect("a list").iter();
        let sent = entries.filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &event["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            let address = message["params"]["request"]["url"].as_str()?;
            is_request.then(|| address.to_owned())
        });
        sent.collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver takes the browser with it.
        let _ = self.tried("DELETE", &self.session, Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// An element of the page that is shown.
pub struct Element<'a> {
    browser: &'a Browser,
    id: String,
}

impl Element<'_> {
    fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        self.browser.of_session(method, &format!("element/{}/{path}", self.id), body)
    }

    /// Clicks it where a hand would: once the page has stopped scrolling there.
    pub fn click(&self) {
        let element = json!([{ ELEMENT: self.id }]);
        self.browser.run("arguments[0].scrollIntoView({ behavior: 'instant', block: 'center' })", element);
        self.ask("POST", "click", json!({}));
    }

    pub fn write(&self, text: &str) {
        self.ask("POST", "clear", json!({}));
        self.ask("POST", "value", json!({ "text": text }));
    }
}

/// A script that tests bring to the page, if `variable` says where it is.
pub fn script(variable: &str) -> Option<String> {
    let path = env::var_os(variable)?;
    Some(std::fs::read_to_string(path).expect("the script can be read"))
}

fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'=').map(value).collect();
    for some in digits.chunks(4) {
        let bits = some.iter().fold(0u32, |bits, digit| bits << 6 | u32::from(*digit));
        let bits = bits << (6 * (4 - some.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..some.len()]);
    }
    bytes
}
