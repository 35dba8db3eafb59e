//! rustc's own size of the stack, instead of the small one of pure plugins.

fn main() {
    println!("cargo::rustc-link-arg-cdylib=-zstack-size=1048576");
}
