"""The workshop: where orders and prices pass."""
