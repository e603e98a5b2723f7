"""Translators between our types and a broker's; the paper exchange's own stands with it."""
