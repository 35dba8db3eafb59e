//! Says what is heard in each line of standard input:
//! `echo "il ne respire plus" | cargo run -p greffon-danger --example hear`.

use std::io::{BufRead as _, stdin};

use greffon_danger::{hear, is_foreign};

fn main() {
    for line in stdin().lock().lines() {
        let text = line.expect("text");
        println!("{text}{}", if is_foreign(&text) { "  (in a language that nobody listens to)" } else { "" });
        for one in hear(&text) {
            let sure = if one.sure { "  sure" } else { "" };
            println!("    {:18} {:28} « {} »{sure}", one.sign, one.rule, &text[one.span]);
        }
    }
}
