//! Wraps a module without imports into a component.

use wit_component::ComponentEncoder;
use wit_parser::{Resolve, WorldId, WorldItem};

use crate::BuildError;

/// The component of a module that was compiled for [`crate::Target::Pure`].
pub(crate) fn wrap(package: &str, module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let not_a_component = |why: String| BuildError::NotAComponent { package: package.to_owned(), why };
    let component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| not_a_component(format!("{error:#}")))?;

    let decoded = wit_component::decode(&component).map_err(|error| not_a_component(format!("{error:#}")))?;
    let wit_component::DecodedWasm::Component(resolve, world) = decoded else {
        return Err(not_a_component("it is an interface without code".to_owned()));
    };
    if resolve.worlds[world].exports.is_empty() {
        return Err(not_a_component("it exports nothing".to_owned()));
    }
    match first_function(&resolve, world) {
        Some(import) => Err(BuildError::NotPure { package: package.to_owned(), import }),
        None => Ok(component),
    }
}

/// The first function that a world imports. Instances that hold types only
/// give no power, and stay.
fn first_function(resolve: &Resolve, world: WorldId) -> Option<String> {
    resolve.worlds[world].imports.iter().find_map(|(key, item)| {
        let name = resolve.name_world_key(key);
        match item {
            WorldItem::Function(_) => Some(name),
            WorldItem::Interface { id, .. } => {
                let function = resolve.interfaces[*id].functions.keys().next()?;
                Some(format!("{name}#{function}"))
            }
            WorldItem::Type { .. } => None,
        }
    })
}
