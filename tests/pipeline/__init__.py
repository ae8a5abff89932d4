"""Tests of the pipeline: what `generate`, `--check` and `lint` do, called as a library."""
