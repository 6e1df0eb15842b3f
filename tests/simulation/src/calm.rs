//! Days on which nothing goes wrong: every function looks every ten minutes, and people confirm.
