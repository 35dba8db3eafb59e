//! The analytes, with the national alert thresholds. Where each number comes from stands
//! in the README beside this file; a threshold changes there and here together.

use greffon_words::laboratory as words;

use super::analyte::Use::{Full, Short, Substance};
use super::analyte::{Analyte, Limits};

/// A day, a month and the years of childhood, in days of life.
const MONTH: u32 = 30;
const CHILD: u32 = 16 * 365;

const fn limits(under_days: u32, below: Option<f64>, above: Option<f64>) -> Limits {
    Limits { under_days, below, above }
}

const fn all(below: Option<f64>, above: Option<f64>) -> Limits {
    limits(u32::MAX, below, above)
}

type Units = &'static [(&'static str, f64)];

const MONOVALENT: Units = &[("mmol/l", 1.0), ("meq/l", 1.0), ("mmol", 1.0), ("meq", 1.0)];
/// Of blood cells, in thousands of millions a litre. Capital or small, G/L is giga.
const CELLS: Units = &[
    ("g/l", 1.0),
    ("giga/l", 1.0),
    ("giga", 1.0),
    ("10^9/l", 1.0),
    ("10^3/mm3", 1.0),
    ("10^6/ml", 1.0),
    ("10^6/l", 0.001),
    ("/mm3", 0.001),
];
const ENZYME: Units = &[("ui/l", 1.0), ("ui", 1.0)];

/// All of them, in the order of [README](README.md).
pub(super) static ANALYTES: [Analyte; 31] = [
    Analyte {
        id: "potassium",
        label: words::potassium,
        unit: "mmol/L",
        names: &[("potassium", Full), ("kaliemie", Full), ("k", Short)],
        // 1 mmol is 39.1 mg.
        units: &[("mmol/l", 1.0), ("meq/l", 1.0), ("mmol", 1.0), ("meq", 1.0), ("mg/l", 1.0 / 39.1)],
        plausible: (1.2, 12.0),
        limits: &[limits(MONTH, Some(2.8), Some(6.5)), all(Some(2.8), Some(6.0))],
        outer: (Some(2.5), Some(6.5)),
    },
    Analyte {
        id: "sodium",
        label: words::sodium,
        unit: "mmol/L",
        names: &[("natremie", Full), ("sodium", Substance), ("na", Short)],
        units: MONOVALENT,
        plausible: (90.0, 200.0),
        limits: &[limits(CHILD, Some(130.0), Some(150.0)), all(Some(125.0), Some(150.0))],
        outer: (Some(120.0), Some(160.0)),
    },
    Analyte {
        id: "glucose",
        label: words::glucose,
        unit: "mmol/L",
        names: &[
            ("glycemie", Full),
            ("dextro", Full),
            ("blood sugar", Full),
            ("blood glucose", Full),
            ("glucose", Substance),
        ],
        // 1 mmol is 0.18016 g.
        units: &[("mmol/l", 1.0), ("mmol", 1.0), ("g/l", 5.551), ("g", 5.551), ("mg/dl", 0.05551)],
        plausible: (0.3, 100.0),
        limits: &[
            limits(MONTH, Some(2.8), Some(11.0)),
            limits(CHILD, Some(2.8), Some(15.0)),
            all(Some(2.8), Some(20.0)),
        ],
        outer: (Some(2.5), Some(25.0)),
    },
    Analyte {
        id: "ionised-calcium",
        label: words::ionised_calcium,
        unit: "mmol/L",
        names: &[
            ("calcium ionise", Full),
            ("calcemie ionisee", Full),
            ("ca ionise", Short),
            ("ionised calcium", Full),
            ("ionized calcium", Full),
        ],
        units: &[("mmol/l", 1.0), ("mmol", 1.0), ("mg/l", 1.0 / 40.08), ("mg/dl", 1.0 / 4.008)],
        plausible: (0.3, 3.5),
        limits: &[all(Some(0.9), Some(1.45))],
        outer: (Some(0.8), Some(1.6)),
    },
    Analyte {
        id: "calcium",
        label: words::calcium,
        unit: "mmol/L",
        names: &[("calcemie", Full), ("calcium", Substance), ("ca", Substance), ("ca2", Substance)],
        // 1 mmol is 40.08 mg, and two equivalents.
        units: &[("mmol/l", 1.0), ("mmol", 1.0), ("mg/l", 1.0 / 40.08), ("mg/dl", 1.0 / 4.008), ("meq/l", 0.5)],
        plausible: (0.6, 6.0),
        limits: &[all(Some(1.8), Some(3.0))],
        outer: (Some(1.6), Some(3.5)),
    },
    Analyte {
        id: "magnesium",
        label: words::magnesium,
        unit: "mmol/L",
        names: &[("magnesemie", Full), ("magnesium", Substance), ("mg2", Substance)],
        // 1 mmol is 24.3 mg.
        units: &[("mmol/l", 1.0), ("mmol", 1.0), ("mg/l", 1.0 / 24.3), ("mg/dl", 1.0 / 2.43)],
        plausible: (0.1, 10.0),
        limits: &[all(Some(0.4), Some(2.0))],
        outer: (Some(0.4), Some(3.5)),
    },
    Analyte {
        id: "phosphate",
        label: words::phosphate,
        unit: "mmol/L",
        names: &[
            ("phosphatemie", Full),
            ("phosphoremie", Full),
            ("phosphore", Substance),
            ("phosphate", Substance),
            ("phosphates", Substance),
        ],
        // 1 mmol is 30.97 mg.
        units: &[("mmol/l", 1.0), ("mmol", 1.0), ("mg/l", 1.0 / 30.97), ("mg/dl", 1.0 / 3.097)],
        plausible: (0.05, 8.0),
        limits: &[all(Some(0.3), Some(3.0))],
        outer: (Some(0.3), Some(4.0)),
    },
    Analyte {
        id: "bicarbonate",
        label: words::bicarbonate,
        unit: "mmol/L",
        names: &[("bicarbonates", Substance), ("bicarbonate", Substance), ("reserve alcaline", Full), ("hco3", Short)],
        units: MONOVALENT,
        plausible: (1.0, 70.0),
        limits: &[all(Some(13.0), Some(40.0))],
        outer: (Some(10.0), Some(45.0)),
    },
    Analyte {
        id: "creatinine",
        label: words::creatinine,
        unit: "µmol/L",
        names: &[("creatininemie", Full), ("creatinine", Full), ("creat", Short)],
        // 1 µmol is 0.1131 mg.
        units: &[("umol/l", 1.0), ("umol", 1.0), ("mg/l", 8.84), ("mg/dl", 88.4)],
        plausible: (5.0, 4000.0),
        limits: &[limits(CHILD, None, Some(200.0)), all(None, Some(300.0))],
        outer: (None, Some(500.0)),
    },
    Analyte {
        id: "urea",
        label: words::urea,
        unit: "mmol/L",
        names: &[("uree", Full), ("uremie", Full), ("urea", Full)],
        // 1 mmol is 0.06006 g.
        units: &[("mmol/l", 1.0), ("mmol", 1.0), ("g/l", 16.65), ("mg/dl", 0.1665)],
        plausible: (0.3, 120.0),
        limits: &[limits(CHILD, None, Some(10.0)), all(None, Some(30.0))],
        outer: (None, Some(40.0)),
    },
    Analyte {
        id: "crp",
        label: words::crp,
        unit: "mg/L",
        names: &[("crp", Short), ("proteine c reactive", Full), ("c reactive protein", Full)],
        units: &[("mg/l", 1.0), ("mg/dl", 10.0)],
        plausible: (0.0, 1000.0),
        limits: &[limits(MONTH, None, Some(10.0)), all(None, Some(300.0))],
        outer: (None, Some(500.0)),
    },
    Analyte {
        id: "bilirubin",
        label: words::bilirubin,
        unit: "µmol/L",
        names: &[("bilirubine", Full), ("bilirubinemie", Full), ("bili", Short), ("bilirubin", Full)],
        // 1 mg is 1.71 µmol.
        units: &[("umol/l", 1.0), ("umol", 1.0), ("mg/l", 1.71), ("mg/dl", 17.1)],
        plausible: (0.5, 1200.0),
        limits: &[
            limits(1, None, Some(120.0)),
            limits(2, None, Some(188.0)),
            limits(MONTH, None, Some(250.0)),
            all(None, Some(225.0)),
        ],
        outer: (None, Some(340.0)),
    },
    Analyte {
        id: "lactate",
        label: words::lactate,
        unit: "mmol/L",
        names: &[("lactates", Full), ("lactate", Full), ("lactatemie", Full), ("acide lactique", Full)],
        units: &[("mmol/l", 1.0), ("mmol", 1.0), ("mg/dl", 0.111), ("mg/l", 0.0111)],
        plausible: (0.1, 40.0),
        limits: &[all(None, Some(4.0))],
        outer: (None, Some(5.0)),
    },
    Analyte {
        id: "ph",
        label: words::ph,
        unit: "",
        names: &[("ph", Short)],
        units: &[],
        plausible: (6.5, 8.0),
        limits: &[limits(MONTH, Some(7.20), Some(7.50)), all(Some(7.25), Some(7.60))],
        outer: (Some(7.2), Some(7.6)),
    },
    Analyte {
        id: "pco2",
        label: words::pco2,
        unit: "mmHg",
        names: &[("pco2", Short), ("paco2", Short), ("capnie", Full)],
        units: &[("mmhg", 1.0), ("kpa", 7.5006)],
        plausible: (5.0, 200.0),
        limits: &[limits(MONTH, Some(30.0), Some(60.0)), all(Some(25.0), Some(60.0))],
        outer: (Some(20.0), Some(67.0)),
    },
    Analyte {
        // Patients call their glycated haemoglobin so: without a unit it is a colleague's word.
        id: "haemoglobin",
        label: words::haemoglobin,
        unit: "g/dL",
        names: &[("hemoglobine", Short), ("haemoglobin", Short), ("hemoglobin", Short), ("hb", Short), ("hgb", Short)],
        units: &[("g/dl", 1.0), ("g", 1.0), ("g/l", 0.1)],
        plausible: (1.5, 28.0),
        limits: &[limits(MONTH, Some(8.5), Some(23.0)), all(Some(8.0), Some(20.0))],
        outer: (Some(6.0), Some(23.0)),
    },
    Analyte {
        id: "platelets",
        label: words::platelets,
        unit: "G/L",
        names: &[
            ("plaquettes", Full),
            ("plq", Short),
            ("platelets", Full),
            ("platelet count", Full),
            ("thrombocytes", Full),
        ],
        units: CELLS,
        plausible: (0.0, 4000.0),
        limits: &[all(Some(50.0), Some(1000.0))],
        outer: (Some(20.0), Some(1000.0)),
    },
    Analyte {
        id: "leucocytes",
        label: words::leucocytes,
        unit: "G/L",
        names: &[
            ("leucocytes", Full),
            ("globules blancs", Full),
            ("gb", Short),
            ("wbc", Short),
            ("white cells", Full),
            ("white cell count", Full),
            ("leukocytes", Full),
        ],
        units: CELLS,
        plausible: (0.0, 900.0),
        limits: &[all(Some(1.1), Some(40.0))],
        outer: (Some(1.0), Some(50.0)),
    },
    Analyte {
        id: "neutrophils",
        label: words::neutrophils,
        unit: "G/L",
        names: &[
            ("polynucleaires neutrophiles", Full),
            ("neutrophiles", Full),
            ("pnn", Short),
            ("pn", Short),
            ("neutrophils", Full),
            ("neutrophil count", Full),
        ],
        units: CELLS,
        plausible: (0.0, 300.0),
        limits: &[all(Some(1.0), Some(30.0))],
        outer: (Some(0.5), Some(50.0)),
    },
    Analyte {
        id: "inr",
        label: words::inr,
        unit: "",
        names: &[("inr", Full)],
        units: &[],
        plausible: (0.5, 30.0),
        limits: &[all(None, Some(4.5))],
        outer: (None, Some(5.0)),
    },
    Analyte {
        id: "fibrinogen",
        label: words::fibrinogen,
        unit: "g/L",
        names: &[("fibrinogene", Full), ("fibrinogen", Full)],
        units: &[("g/l", 1.0), ("g", 1.0), ("mg/dl", 0.01)],
        plausible: (0.0, 20.0),
        limits: &[all(Some(1.5), Some(11.0))],
        outer: (Some(1.0), None),
    },
    Analyte {
        id: "troponin",
        label: words::troponin,
        unit: "ng/L",
        names: &[("troponine", Full), ("troponines", Full), ("tropo", Short), ("troponin", Full)],
        units: &[("ng/l", 1.0), ("pg/ml", 1.0), ("ug/l", 1000.0), ("ng/ml", 1000.0)],
        plausible: (0.0, 1_000_000.0),
        limits: &[all(None, Some(14.0))],
        outer: (None, Some(50.0)),
    },
    Analyte {
        id: "ck",
        label: words::ck,
        unit: "UI/L",
        names: &[("cpk", Short), ("ck", Short), ("creatine kinase", Full)],
        units: ENZYME,
        plausible: (1.0, 1_000_000.0),
        limits: &[all(None, Some(2000.0))],
        outer: (None, Some(5000.0)),
    },
    Analyte {
        id: "alt",
        label: words::alt,
        unit: "UI/L",
        names: &[("alat", Short), ("tgp", Short), ("sgpt", Short)],
        units: ENZYME,
        plausible: (1.0, 50_000.0),
        limits: &[all(None, Some(525.0))],
        outer: (None, Some(750.0)),
    },
    Analyte {
        id: "ast",
        label: words::ast,
        unit: "UI/L",
        names: &[("asat", Short), ("tgo", Short), ("sgot", Short)],
        units: ENZYME,
        plausible: (1.0, 50_000.0),
        limits: &[all(None, Some(600.0))],
        outer: (None, Some(750.0)),
    },
    Analyte {
        id: "paracetamol",
        label: words::paracetamol,
        unit: "mg/L",
        names: &[("paracetamolemie", Full), ("paracetamol", Substance), ("acetaminophen", Substance)],
        // 1 µmol is 0.15116 mg.
        units: &[("mg/l", 1.0), ("ug/ml", 1.0), ("umol/l", 0.15116)],
        plausible: (0.0, 2000.0),
        limits: &[all(None, Some(10.0))],
        outer: (None, Some(50.0)),
    },
    Analyte {
        id: "lithium",
        label: words::lithium,
        unit: "mmol/L",
        names: &[("lithiemie", Full), ("lithium", Substance)],
        units: MONOVALENT,
        plausible: (0.0, 15.0),
        limits: &[all(None, Some(1.5))],
        outer: (None, Some(1.5)),
    },
    Analyte {
        id: "digoxin",
        label: words::digoxin,
        unit: "µg/L",
        names: &[("digoxinemie", Full), ("digoxine", Substance), ("digoxin", Substance)],
        // 1 nmol is 0.781 µg.
        units: &[("ug/l", 1.0), ("ng/ml", 1.0), ("nmol/l", 0.781)],
        plausible: (0.0, 50.0),
        limits: &[all(None, Some(2.3))],
        outer: (None, Some(2.5)),
    },
    Analyte {
        id: "d-dimer",
        label: words::d_dimer,
        unit: "µg/L",
        names: &[("d dimeres", Full), ("ddimeres", Full), ("dimeres", Full), ("d dimer", Full), ("d dimers", Full)],
        units: &[("ug/l", 1.0), ("ng/ml", 1.0), ("ug/ml", 1000.0), ("mg/l", 1000.0)],
        plausible: (0.0, 200_000.0),
        limits: &[],
        outer: (None, None),
    },
    Analyte {
        id: "tsh",
        label: words::tsh,
        unit: "mUI/L",
        names: &[("tsh", Short)],
        units: &[("mui/l", 1.0), ("mui", 1.0)],
        plausible: (0.0, 1000.0),
        limits: &[],
        outer: (None, None),
    },
    Analyte {
        id: "hcg",
        label: words::hcg,
        unit: "UI/L",
        names: &[("beta hcg", Short), ("bhcg", Short), ("hcg", Short)],
        units: &[("ui/l", 1.0), ("mui/ml", 1.0), ("ui", 1.0)],
        plausible: (0.0, 5_000_000.0),
        limits: &[],
        outer: (None, None),
    },
];
