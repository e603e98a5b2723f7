"""The ban list in the languages of other programs, one module each; in doubt a line is told to be wrong, never guessed at."""
