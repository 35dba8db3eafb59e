//! rustc's own size of the stack, instead of the small one of pure plugins; and no packs:
//! nothing that is measured here names one.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo::rustc-link-arg-cdylib=-zstack-size=1048576");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where"));
    fs::write(out.join("packs.rs"), "pub(crate) const PACKS: &[(&str, &str)] = &[];\n").expect("OUT_DIR is writable");
}
