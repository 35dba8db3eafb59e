//! The practice's own alert thresholds for results of laboratories.

use greffon_core::model::laboratory::OwnLimits;

use super::loader::{Loaded, Loader};

impl Loader<'_> {
    pub(super) fn laboratory(&self) -> Loaded<Vec<OwnLimits>> {
        let mut limits: Vec<OwnLimits> = Vec::new();
        for (index, written) in self.file.laboratory.iter().enumerate() {
            let earlier = &self.file.laboratory[..index];
            if earlier.iter().any(|one| one.analyte == written.analyte) {
                let message = format!("the limits of {} are written twice", written.analyte);
                return self.fail(
                    &format!("laboratory.{index}.analyte"),
                    message,
                    "write both limits into one [[laboratory]]",
                );
            }
            let own = OwnLimits::new(&written.analyte, written.unit.as_deref(), written.below, written.above);
            match own {
                Ok(own) => limits.push(own),
                Err(fault) => {
                    return self.fail(&format!("laboratory.{index}.{}", fault.field), fault.message, fault.remedy);
                }
            }
        }
        Ok(limits)
    }
}
