//! Every order of the calls of a few processes.
