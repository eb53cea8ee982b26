//! This SDK next to what a person would write by hand, on loopback: CPU, memory and allocations, as ratios.
//!
//! Three contenders do the same visible work against one server: [`contender::sdk`] is this SDK with everything on,
//! [`contender::plain`] is a hand-written program over reqwest, and [`contender::bare`] is hyper with typed JSON and
//! nothing else: the practical floor. Each runs in a process of its own ([`drive`]) and says what it took; the program
//! `bench` starts them in turns, and compares within each round, so that a busy machine meets all of them alike.
//!
//! `cargo xtask bench` runs it all and prints the table.
#![allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "the programs of this package are all its users"
)]

pub mod case;
pub mod contender;
pub mod drive;
pub mod measure;
pub mod program;
pub mod replies;
pub mod server;

/// What went wrong, for a person to read.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Failure>;
