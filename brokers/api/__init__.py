"""The REST API existing programs speak, under /api/v1/: thin doors, one verb each."""
