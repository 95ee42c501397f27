"""What the `scripts/bench_*.py` share: corpora made from seeds, peers in environments of their own, runs and tables."""
