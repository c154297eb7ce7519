//! How do pages reach the disk within a second, without anybody waiting for it?

use std::{
    fs::File,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long what was written may wait until it is flushed.
const DELAY: Duration = Duration::from_millis(900);

/// Flushes two files a moment after they were written to.
pub struct Flusher {
    state: Arc<State>,
    wake: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    /// Whether a flush is due already.
    due: AtomicBool,
    failed: Mutex<Option<io::Error>>,
}

impl Flusher {
    pub fn start(pages: &File, notes: &File) -> io::Result<Flusher> {
        let files = [pages.try_clone()?, notes.try_clone()?];
        let state = Arc::new(State::default());
        let (wake, woken) = mpsc::channel();
        let of_thread = state.clone();
        let thread = thread::Builder::new().name("journal".into());
        let thread = thread.spawn(move || flush(&files, &woken, &of_thread))?;
        Ok(Flusher { state, wake: Some(wake), thread: Some(thread) })
    }

    /// Says that something was written.
    pub fn wake(&self) {
        if !self.state.due.swap(true, Ordering::AcqRel) {
            // The thread ends only after the sender is gone.
            let _ = self.wake.as_ref().map(|wake| wake.send(()));
        }
    }

    /// Returns what went wrong since the last time.
    pub fn check(&self) -> io::Result<()> {
        let mut failed = self.state.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.take().map_or(Ok(()), Err)
    }
}

impl Drop for Flusher {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn flush(files: &[File; 2], woken: &Receiver<()>, state: &State) {
    while woken.recv().is_ok() {
        // Whoever drops the journal meanwhile does not wait any longer.
        let last = woken.recv_timeout(DELAY) == Err(mpsc::RecvTimeoutError::Disconnected);
        state.due.store(false, Ordering::Release);
        if let Err(error) = files.iter().try_for_each(File::sync_data) {
            *state.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
        if last {
            break;
        }
    }
}
