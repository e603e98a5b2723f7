"""Commands of the apiauth app."""
