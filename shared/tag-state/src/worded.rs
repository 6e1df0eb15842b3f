//! Enums each of whose variants has a short name for machines and the run book, and a sentence for people.

/// Such an enum: its docstring and its name, then variants with `"short-name" => "a sentence with {field}";`.
macro_rules! worded {
    (
        $(#[$about:meta])* $name:ident;
        $($(#[$doc:meta])* $variant:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),* } $code:literal => $text:literal;)*
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant { $($(#[$field_doc])* $field: $type),* }),* }

        /// Every short name.
        pub const CODES: &[&str] = &[$($code),*];

        impl $name {
            /// A short name that stays the same, for machines and the run book.
            pub const fn code(&self) -> &'static str {
                match self { $($name::$variant { .. } => $code),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $($name::$variant { $($field),* } => write!(f, $text)),* }
            }
        }
    };
}

pub(crate) use worded;
