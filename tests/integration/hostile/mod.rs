//! Text that attackers chose, in every place where Google lets somebody choose text, through every output; and files that
//! strangers made.

mod look_alikes;
mod outputs;
mod readers;
mod strangers;
mod world;
