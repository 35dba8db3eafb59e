//! The ports in memory, with faults on demand, and the seeded simulation.
