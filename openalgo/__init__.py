"""The street: composition of the apps; nobody imports it."""
