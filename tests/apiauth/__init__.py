"""API keys: their form, their life, their checking."""
