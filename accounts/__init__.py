"""The hall: who you are, and how long you may stay."""
