//! Functions of notification plugins.

use anyhow::bail;
use greffon_core::ports::plugins::Channel;
use serde::{Deserialize, Serialize};

use super::fields::Arguments;
use super::request::Request;
use super::said::{Said, said};

pub(super) const FUNCTIONS: &[(&str, &str)] = &[
    ("describe", ""),
    ("normalise", "{\"scheme\": …, \"value\": …}"),
    ("preview", "{a message}"),
    ("send", "{a message}"),
    ("status-of", "{\"provider-id\": …}"),
    ("withdraw", "{\"provider_id\": …}"),
    ("callback", "{\"method\", \"url\", \"headers\", \"body\"}"),
    ("receive", "{\"cursor\": …}"),
];

#[derive(Serialize, Deserialize)]
struct OfProvider {
    provider_id: String,
}

#[derive(Serialize, Deserialize)]
struct From {
    cursor: Option<String>,
}

pub(super) async fn call(bound: &dyn Channel, function: &str, arguments: Arguments) -> anyhow::Result<Said> {
    match function {
        "describe" => {
            arguments.none()?;
            Ok(Ok(serde_json::to_value(bound.caps())?))
        }
        "normalise" => said(bound.normalise(&arguments.take()?).await),
        "preview" => said(bound.preview(&arguments.take()?).await),
        "send" => said(bound.send(&arguments.take()?).await),
        "status-of" => said(bound.status_of(&arguments.take()?).await),
        "withdraw" => said(bound.withdraw(&arguments.take::<OfProvider>()?.provider_id).await),
        "callback" => said(bound.callback(&arguments.take::<Request>()?.into()).await),
        "receive" => said(bound.receive(arguments.take::<From>()?.cursor.as_deref()).await),
        _ => bail!("channel.{function} cannot be called"),
    }
}
