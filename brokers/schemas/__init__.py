"""What programs may send and what they are sent: request fields, requests, answers."""
