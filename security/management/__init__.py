"""Commands of the security app."""
