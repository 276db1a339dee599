"""Benchmarks: each prints one line beside its baseline of the same run. `bin/bench [name]`."""
