"""One-time codes, limits that protect people, the client's address, case references."""
