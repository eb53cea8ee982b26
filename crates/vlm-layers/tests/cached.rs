//! A cache: to come.
