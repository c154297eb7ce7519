//! What if the Parquet library panics on a damaged file?
//!
//! In places it believes what a file's footer says, and gives up where that cannot be. Here such a
//! panic becomes the error that it should have been, without a word on standard error.

use parquet::errors::ParquetError;
use std::{
    any::Any,
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

thread_local! {
    /// Whether this thread is reading a file that may be damaged.
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Reads something of a Parquet file. After an error, what was read from is of no more use.
///
/// # Errors
/// Those of `read`, and one if it panics.
pub fn guarded<T, E: From<ParquetError>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !READING.get() {
                report(panic);
            }
        }));
    });
    let before = READING.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(read));
    READING.set(before);
    outcome.unwrap_or_else(|panic| {
        Err(ParquetError::General(format!("it is damaged: {}", message(&*panic))).into())
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let read = || -> Result<(), ParquetError> { panic!("length {} is negative", -1) };
        let said = guarded(read).map_err(|error| error.to_string());
        assert_eq!(said, Err("Parquet error: it is damaged: length -1 is negative".to_owned()));
        assert!(guarded(|| Ok::<_, ParquetError>(7)).is_ok_and(|seven| seven == 7));
    }
}
