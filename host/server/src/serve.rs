//! Accepts connections and serves them until told to stop.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::app::App;

/// Longest time for the head of a request, and between two requests of one
/// connection.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// After a failed accept: out of file descriptors, most often.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` completes. Then no connection is accepted, requests under
/// way and the work behind them end, and after the limits' grace whatever is
/// left is dropped: the state in the database says where it was. Returns whether
/// everything ended by itself.
///
/// HTTP/1.1 without TLS: a proxy before greffon has the certificate.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) -> bool {
    let router = crate::router(Arc::clone(&app));
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(app.limits.connections));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut stop => break,
        };
        let (stream, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(error.cause = %error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Small answers must not wait for more to send.
        let _ = stream.set_nodelay(true);
        let connection = connections.watch(connection(stream, router.clone()));
        tokio::spawn(async move {
            // A broken connection is the client's affair; its requests are in
            // the request log.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    app.tasks.close();
    let ended = tokio::time::timeout(app.limits.stop_grace, async {
        connections.shutdown().await;
        app.tasks.wait().await;
    });
    let in_time = ended.await.is_ok();
    if !in_time {
        tracing::warn!(grace_ms = app.limits.stop_grace.as_millis(), "stopped before everything had ended");
    }
    in_time
}

type Accepted = (tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> std::io::Result<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.expect("the semaphore is never closed");
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

fn connection(
    stream: tokio::net::TcpStream,
    router: Router,
) -> http1::Connection<TokioIo<tokio::net::TcpStream>, TowerToHyperService<Router>> {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
}
