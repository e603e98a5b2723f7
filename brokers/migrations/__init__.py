"""Schema history of brokers."""
