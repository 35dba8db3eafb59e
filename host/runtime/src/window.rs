//! Until when a call may begin what changes something outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use greffon_core::ports::agenda_turn::WriteWindow;
use greffon_core::ports::clock::Clock;
use http::Method;
use wasmtime_wasi_http::{Error, ForbiddenHeaderFilter, RequestOptions, Result, WasiBody, WasiHttpHooks};

/// The window of one call.
pub(crate) struct Window {
    until: WriteWindow,
    clock: Arc<dyn Clock>,
    /// A request that may change something was let through.
    wrote: AtomicBool,
    /// One was refused.
    refused: AtomicBool,
}

impl Window {
    pub(crate) fn new(until: WriteWindow, clock: Arc<dyn Clock>) -> Self {
        Self { until, clock, wrote: AtomicBool::new(false), refused: AtomicBool::new(false) }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.clock.boot() >= self.until.closes
    }

    /// Whether the guest was stopped between two writes, so that what it says of
    /// the whole says nothing: half of it may stand.
    pub(crate) fn cut_in_two(&self) -> bool {
        self.refused.load(Ordering::Relaxed) && self.wrote.load(Ordering::Relaxed)
    }

    /// Decides on a request that is about to be sent. One that comes too late is told as one that was never
    /// sent, unless another was: then the guest hears that nobody knows.
    pub(crate) fn admit(&self, method: &Method) -> Result<()> {
        if is_reading(method) {
            return Ok(());
        }
        if !self.is_closed() {
            self.wrote.store(true, Ordering::Relaxed);
            return Ok(());
        }
        self.refused.store(true, Ordering::Relaxed);
        if self.wrote.load(Ordering::Relaxed) {
            return Err(Error::HttpResponseTimeout);
        }
        Err(Error::ConnectionTimeout)
    }
}

/// Methods that change nothing: RFC 9110 §9.2.1, RFC 4918 §9.1 and RFC 3253 §3.6.
pub(crate) fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || matches!(method.as_str(), "PROPFIND" | "REPORT")
}

/// The way out of a call whose writes have an end. Its requests carry the window
/// along, for whoever sends them to ask at the last moment: a request may have to
/// wait before it is sent.
pub(crate) struct WithinWindow {
    pub(crate) inner: Box<dyn WasiHttpHooks>,
    pub(crate) window: Arc<Window>,
}

type Sending = Box<dyn Future<Output = Result<(http::Response<WasiBody>, Leftover)>> + Send>;
type Leftover = Box<dyn Future<Output = Result<()>> + Send>;

impl WasiHttpHooks for WithinWindow {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        self.inner.forbidden_header_filter()
    }

    fn is_supported_scheme(&mut self, scheme: &http::uri::Scheme) -> bool {
        self.inner.is_supported_scheme(scheme)
    }

    fn set_host_header(&mut self) -> bool {
        self.inner.set_host_header()
    }

    fn send_request(
        &mut self,
        mut request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        leftover: Leftover,
    ) -> Sending {
        request.extensions_mut().insert(Arc::clone(&self.window));
        self.inner.send_request(request, options, leftover)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use greffon_core::time::{BootInstant, Instant};
    use greffon_simulation::ManualClock;

    use super::*;

    fn window(clock: &Arc<ManualClock>) -> Window {
        Window::new(WriteWindow { closes: BootInstant(7_000) }, Arc::clone(clock) as _)
    }

    #[test]
    fn nothing_that_changes_anything_begins_once_the_window_has_closed() {
        let clock = Arc::new(ManualClock::at(Instant(6_999)));
        let window = window(&clock);
        assert!(window.admit(&Method::PUT).is_ok());
        clock.advance(Duration::from_millis(1));
        for method in ["PUT", "POST", "DELETE", "PATCH", "MKCALENDAR", "PROPPATCH", "MOVE", "put"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert!(matches!(window.admit(&method), Err(Error::HttpResponseTimeout)), "{method}");
        }
        for method in ["GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"] {
            assert!(window.admit(&Method::from_bytes(method.as_bytes()).unwrap()).is_ok(), "{method}");
        }
        assert!(window.cut_in_two());
    }

    #[test]
    fn a_call_that_wrote_nothing_before_hears_that_nothing_was_sent() {
        let clock = Arc::new(ManualClock::at(Instant(7_000)));
        let window = window(&clock);
        assert!(window.admit(&Method::GET).is_ok());
        assert!(matches!(window.admit(&Method::PUT), Err(Error::ConnectionTimeout)));
        assert!(!window.cut_in_two());
    }
}
