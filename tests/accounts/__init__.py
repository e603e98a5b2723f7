"""The hall: people, passwords, sessions, set-up."""
