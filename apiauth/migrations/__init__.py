"""Schema history of apiauth."""
