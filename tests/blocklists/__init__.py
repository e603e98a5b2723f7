"""The ban list in the languages of other programs."""
