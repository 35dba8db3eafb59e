//! Readings one by one, with their near misses.

use super::super::read::{Amount, Voice, read};

/// What a colleague's words are read as: analytes and amounts, whole ones as numbers, and
/// those without a unit in brackets.
fn shown(text: &str) -> String {
    let results = read(text, Voice::Colleague).results.into_iter().map(|one| {
        let amount = match (one.whole, one.amounts[0]) {
            (false, _) => format!("[{}]", one.said),
            (true, Amount::Exactly(value)) => format!("{}", (value * 100.0).round() / 100.0),
            (true, Amount::AtMost(value)) => format!("≤{value}"),
            (true, Amount::AtLeast(value)) => format!("≥{value}"),
        };
        format!("{} {amount}", one.analyte.id)
    });
    results.collect::<Vec<_>>().join(", ")
}

#[test]
fn results_are_read_as_people_say_them() {
    for (text, read) in [
        ("K 7,1 mmol/L, créatinine 850 µmol/L, Hb 6,2 g/dL", "potassium 7.1, creatinine 850, haemoglobin 6.2"),
        ("Potassium, 7,1 millimoles par litre, contrôlé deux fois", "potassium 7.1"),
        ("potassium 7.1 mmol/l", "potassium 7.1"),
        ("kaliémie à 7,1mmol/L", "potassium 7.1"),
        ("K+ = 7,1 mEq/L", "potassium 7.1"),
        ("K : 7,1 mmol", "potassium 7.1"),
        ("le potassium est revenu à 2,3 mmol/L", "potassium 2.3"),
        ("potassium (K) 7,1 mmol/L", "potassium 7.1"),
        ("7,1 mmol/L de potassium", "potassium 7.1"),
        ("POTASSIUM 7,1 MMOL/L", "potassium 7.1"),
        ("potassium 278 mg/L", "potassium 7.11"),
        ("K à 7,1", "potassium [7.1]"),
        ("K 7,1", "potassium [7.1]"),
        ("Na 118", "sodium [118]"),
        ("natrémie 118 mmol/L", "sodium 118"),
        ("sodium à 118 mEq/L", "sodium 118"),
        ("glycémie 0,4 g/L", "glucose 2.22"),
        ("glycémie 5,2 g/l", "glucose 28.87"),
        ("glucose 32 mmol/L", "glucose 32"),
        ("blood sugar 40 mg/dL", "glucose 2.22"),
        ("calcium 3,6 mmol/L", "calcium 3.6"),
        ("calcium corrigé 144 mg/L", "calcium 3.59"),
        ("calcium ionisé 1,6 mmol/L", "ionised-calcium 1.6"),
        ("Ca2+ 1,6 mmol/L", "calcium 1.6"),
        ("créatinine 96 mg/L", "creatinine 848.64"),
        ("creatinine 9.6 mg/dL", "creatinine 848.64"),
        ("Hb 62 g/L", "haemoglobin 6.2"),
        ("hémoglobine à 6,2 grammes", "haemoglobin 6.2"),
        ("hémoglobine 6,2 g/100 mL", "haemoglobin 6.2"),
        ("6,2 grammes d'hémoglobine", "haemoglobin 6.2"),
        ("hémoglobine 6,2 grammes pour 100 ml", "haemoglobin 6.2"),
        ("hémoglobine 6,2 g %", "haemoglobin 6.2"),
        ("plaquettes 12 G/L", "platelets 12"),
        ("plaquettes 12 000/mm3", "platelets 12"),
        ("plaquettes 12 000 par mm³", "platelets 12"),
        ("plaquettes 12\u{202f}000 par millimètre cube", "platelets 12"),
        ("plaquettes 12 000 /µL", "platelets 12"),
        ("plaquettes 12 x 10^9/L", "platelets 12"),
        ("plaquettes 12 10⁹/L", "platelets 12"),
        ("plaquettes à 12 giga par litre", "platelets 12"),
        ("12 000 plaquettes", "platelets [12000]"),
        ("leucocytes 0,4 G/L", "leucocytes 0.4"),
        ("GB 400/mm3", "leucocytes 0.4"),
        ("PNN < 0,5 G/L", "neutrophils ≤0.5"),
        ("polynucléaires neutrophiles 300/mm3", "neutrophils 0.3"),
        ("neutrophiles inférieurs à 0,5 G/L", "neutrophils ≤0.5"),
        ("INR 8", "inr 8"),
        ("INR supérieur à 10", "inr ≥10"),
        ("troponine > 1000 ng/L", "troponin ≥1000"),
        ("troponine T hs 0,25 µg/L", "troponin 250"),
        ("tropo 85 pg/mL", "troponin 85"),
        ("D-dimères 2,5 mg/L", "d-dimer 2500"),
        ("d'dimères 800 ng/ml", "d-dimer 800"),
        ("lactates 8 mmol/L", "lactate 8"),
        ("CRP 350 mg/L", "crp 350"),
        ("bilirubine 310 micromoles par litre", "bilirubin 310"),
        ("bilirubine totale 18 mg/dL", "bilirubin 307.8"),
        ("pH 7,12", "ph 7.12"),
        ("pCO₂ 70 mmHg", "pco2 70"),
        ("paCO2 9 kPa", "pco2 67.51"),
        ("pCO2 70 millimètres de mercure", "pco2 70"),
        ("paracétamol 150 mg/L", "paracetamol 150"),
        ("lithiémie 2,1 mmol/L", "lithium 2.1"),
        ("digoxine 3,2 ng/mL", "digoxin 3.2"),
        ("digoxine 4 nmol/L", "digoxin 3.12"),
        ("TSH 0,01 mUI/L", "tsh 0.01"),
        ("β-HCG 12000 UI/L", "hcg 12000"),
        ("hémoglobine NFD e\u{301} 6,2", ""),
        ("he\u{301}moglobine 6,2 g/dL", "haemoglobin 6.2"),
        ("pota\u{200b}ssium 7,1 mmol/L", "potassium 7.1"),
        ("white cell count 0.4 x 10*9/L", "leucocytes 0.4"),
        ("potassium above 7 mmol/L", "potassium ≥7"),
    ] {
        assert_eq!(shown(text), read, "{text}");
    }
}

#[test]
fn what_is_not_understood_whole_is_not_read() {
    for text in [
        "",
        "potassium",
        "7,1 mmol/L",
        "K 7,1 mg",
        "K 71 mmol/L",
        "K 0,1 mmol/L",
        "K 7,1 g/dL",
        "Hb 6,2 mmol/L",
        "Hb 620 g/L",
        "pH 5,5",
        "pH 12",
        "INR 80",
        "INR dans 8 jours",
        "INR 1 fois par mois",
        "potassium urinaire 30 mmol/L",
        "hémoglobine glyquée 7,1 %",
        "HbA1c 7,1 %",
        "hémoglobine A1c 7,1 %",
        "clairance de la créatinine 25 mL/min",
        "vitamine K 7,1",
        "bicarbonate de sodium 1 g",
        "valproate de sodium 80 mg/L",
        "gluconate de potassium 7,1 mmol",
        "calcium 500 mg",
        "potassium 600 mg",
        "paracétamol 1000",
        "potassium : 2 comprimés",
        "lithium 400",
        "ça 3 mmol/L",
        "7 rue K",
        "plaquettes 12 %",
        "potassium 7/10",
        "potassium 4-5",
        "potassium 99999999999999999999 mmol/L",
        "calcium à 3",
        "deux plaquettes",
        "2 plaquettes",
    ] {
        assert_eq!(shown(text), "", "{text}");
    }
}
