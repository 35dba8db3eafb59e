//! The pages over ports in memory, as a browser and whoever means harm see them.

mod browser;
mod ending;
mod hostile;
mod links;
mod logs;
mod office;
mod opening;
mod tries;
