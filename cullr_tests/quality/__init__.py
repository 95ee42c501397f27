"""Tests of the measures, on real pictures."""
