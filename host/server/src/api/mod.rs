//! Routes. One folder per resource, one file per endpoint: request, answer,
//! description and handler together.

mod extract;
mod health;
mod openapi;
pub(crate) mod v1;

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodFilter, on};
use utoipa::openapi::path::HttpMethod;

use crate::app::App;
use crate::error::ApiError;
use crate::middleware;

pub use openapi::openapi;

/// All routes, without the layers that every route has.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    let v1 = middleware::around_v1(v1::routes().merge(openapi::route()), app);
    health::routes()
        .merge(v1)
        .fallback(async || ApiError::NoRoute)
        .method_not_allowed_fallback(async || ApiError::NoMethod)
}

/// A route at the path and methods that its description names, so that the two
/// cannot differ. Used through [`endpoint!`].
fn described<D, H, T>(routes: Router<Arc<App>>, handler: H) -> Router<Arc<App>>
where
    D: utoipa::Path,
    H: axum::handler::Handler<T, Arc<App>>,
    T: 'static,
{
    let filters = D::methods().into_iter().map(|method| match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Post => MethodFilter::POST,
        _ => unreachable!("no endpoint has another method"),
    });
    let filter = filters.reduce(MethodFilter::or).expect("the description of an endpoint names its method");
    routes.route(&D::path(), on(filter, handler))
}

/// Adds the handler of an endpoint's module to a router.
macro_rules! endpoint {
    ($routes:expr, $module:ident) => {
        $crate::api::described::<$module::__path_handler, _, _>($routes, $module::handler)
    };
}
pub(crate) use endpoint;
