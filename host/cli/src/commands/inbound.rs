//! `greffon inbound`: the addresses at which outside services tell of a practice's features.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use greffon_core::flow::{Flow, FlowError, Thing};
use greffon_core::model::inbound::InboundAddress;
use serde_json::json;

use crate::config::operator::OperatorConfig;
use crate::output;
use crate::wire::Host;

#[derive(Subcommand)]
pub enum Inbound {
    /// Make an address for a feature, and print its URL: it is shown once
    New {
        /// Which practice
        practice: String,
        /// The practice's name for the binding of an agenda
        feature: String,
    },
    /// List the addresses of a practice
    List {
        /// Which practice
        practice: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Hear nobody at an address any more
    Revoke {
        /// Which practice
        practice: String,
        /// The address's id, as "greffon inbound list" prints it
        id: String,
    },
}

impl Inbound {
    pub async fn run(self, config: OperatorConfig) -> anyhow::Result<ExitCode> {
        let host = Host::beside(config).await?;
        let done = self.on(&host).await;
        host.database.close().await;
        done
    }

    async fn on(self, host: &Host) -> anyhow::Result<ExitCode> {
        let inbound = &host.reception.inbound;
        let actor = super::operator::actor();
        match self {
            Self::New { practice, feature } => {
                let made = inbound.make(&practice.as_str().into(), &feature.as_str().into(), &actor).await;
                let made = found(made, &practice)?;
                output::data(&made.url)?;
                output::note(&format!(
                    "give it to the service that tells of \"{feature}\", and keep it nowhere else: it is not shown \
                     again. To end it: greffon inbound revoke {practice} {}",
                    made.address.id
                ));
            }
            Self::List { practice, json } => {
                let addresses = found(inbound.addresses(&practice.as_str().into()).await, &practice)?;
                list(&addresses, json)?;
            }
            Self::Revoke { practice, id } => {
                let Ok(id) = id.parse() else {
                    bail!("\"{id}\" is no id of an address\n\nhint: greffon inbound list {practice}");
                };
                let revoked = found(inbound.revoke(&practice.as_str().into(), id, &actor).await, &practice)?;
                output::data(&line(&revoked))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// What could not be done, with the remedy.
fn found<T>(done: Flow<T>, practice: &str) -> anyhow::Result<T> {
    match done {
        Ok(done) => Ok(done),
        Err(FlowError::NotFound(Thing::Practice)) => {
            bail!("there is no practice \"{practice}\"\n\nhint: greffon practice list")
        }
        Err(FlowError::NotFound(Thing::Feature)) => {
            bail!(
                "\"{practice}\" has no such agenda\n\nhint: name a feature whose plugin is an agenda: greffon practice check {practice}"
            )
        }
        Err(FlowError::NotFound(_)) => {
            bail!("\"{practice}\" has no such address\n\nhint: greffon inbound list {practice}")
        }
        Err(FlowError::NotAllowed { code: "tells-nothing", .. }) => bail!(
            "this agenda does not tell by itself: it is read each minute\n\nhint: if its vendor can, complete the \
             feature's settings, as its plugin's README says"
        ),
        Err(FlowError::NotAllowed { code: "no-public-origin", .. }) => bail!(
            "services cannot call greffon: it has no public address\n\nhint: write public-origin = \
             \"https://…\" into greffon.toml, as the proxy before greffon is called"
        ),
        Err(FlowError::NotAllowed { code: "too-many-addresses", .. }) => bail!(
            "the feature has as many open addresses as it may\n\nhint: revoke the one that is no longer in use: \
             greffon inbound list {practice}"
        ),
        Err(error) => Err(error.into()),
    }
}

fn list(addresses: &[InboundAddress], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let rows: Vec<_> = addresses
            .iter()
            .map(|one| {
                json!({
                    "id": one.id.to_string(),
                    "feature": one.feature.as_str(),
                    "made_at": one.made_at.to_string(),
                    "made_by": one.made_by,
                    "revoked_at": one.revoked_at.map(|at| at.to_string()),
                    "revoked_by": one.revoked_by,
                })
            })
            .collect();
        return output::data(&serde_json::to_string_pretty(&rows)?);
    }
    for one in addresses {
        output::data(&line(one))?;
    }
    if addresses.is_empty() {
        output::note("no service can tell this practice anything: greffon inbound new PRACTICE FEATURE");
    }
    Ok(())
}

fn line(address: &InboundAddress) -> String {
    let state = address.revoked_at.map_or_else(|| "open".to_owned(), |at| format!("revoked {at}"));
    format!("{}  {}  made {} by {}  {state}", address.id, address.feature, address.made_at, address.made_by)
}
