"""The security pages: thin doors to the verbs."""
