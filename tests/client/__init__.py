"""Tests with the published `openalgo` package, which lives in environments of its own."""
