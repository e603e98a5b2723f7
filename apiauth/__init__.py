"""The servants' door: API keys for programs."""
