//! What a practice grants with a plain `true`: one row each. A manifest asks for
//! it and a practice's file grants it by its name; everything that says, compares
//! or checks what is granted takes it from here.

/// Something that may have powers: what a manifest asks for, what a practice
/// grants, what a feature has.
pub trait Powers {
    /// All powers by name, and whether this one has them.
    fn powers(&self) -> Vec<(&'static str, bool)>;

    /// The power of a name; `None`: there is none.
    fn power(&mut self, name: &str) -> Option<&mut bool>;

    /// The same with the powers for which `has` is true.
    #[must_use]
    fn with_powers(mut self, has: impl Fn(&str) -> bool) -> Self
    where
        Self: Sized,
    {
        for (name, _) in self.powers() {
            if let Some(power) = self.power(name) {
                *power = has(name);
            }
        }
        self
    }

    /// Whether it has the power of this name.
    fn has(&self, name: &str) -> bool {
        self.powers().into_iter().any(|(power, has)| has && power == name)
    }
}

/// Adds a field for each power to a struct, and implements [`Powers`].
#[macro_export]
macro_rules! with_powers {
    ($($item:tt)+) => {
        $crate::__with_these_powers! {
            {
                /// An own key-value space.
                keyvalue,
                /// Handing mail to the practice's relay.
                mail,
            }
            $($item)+
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __with_these_powers {
    (
        { $($(#[$doc:meta])+ $power:ident,)+ }
        $(#[$outer:meta])*
        pub struct $name:ident { $($(#[$inner:meta])* pub $field:ident: $type:ty,)* }
    ) => {
        $(#[$outer])*
        pub struct $name {
            $($(#[$inner])* pub $field: $type,)*
            $($(#[$doc])+ pub $power: bool,)+
        }

        impl $crate::Powers for $name {
            fn powers(&self) -> Vec<(&'static str, bool)> {
                vec![$((stringify!($power), self.$power)),+]
            }

            fn power(&mut self, name: &str) -> Option<&mut bool> {
                match name {
                    $(stringify!($power) => Some(&mut self.$power),)+
                    _ => None,
                }
            }
        }
    };
}
