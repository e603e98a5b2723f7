"""The street: bridge, server and composition."""
