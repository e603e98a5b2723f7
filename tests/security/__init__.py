"""The walls and the gatehouse."""
