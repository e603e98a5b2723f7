"""What is tested: each file states behaviours of one subject."""
