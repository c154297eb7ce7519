//! When is a server told to end?

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
    low_level::emulate_default_handler,
};
use std::{io, thread};
use tokio::sync::oneshot;

/// Ends with the first Ctrl-C, or when the process is asked to end. The second one ends the process at once.
///
/// # Errors
/// When the system lets nobody listen to signals.
pub fn ends() -> io::Result<impl Future<Output = ()>> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let (tell, told) = oneshot::channel();
    thread::spawn(move || {
        let mut signals = signals.forever();
        if signals.next().is_some() {
            // Nobody waits any more if the server has ended by itself.
            let _ = tell.send(());
        }
        if let Some(signal) = signals.next() {
            // What a signal does to a process that does not listen to it.
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(async move {
        let _ = told.await;
    })
}
