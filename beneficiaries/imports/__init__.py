"""Files of the register and of a cycle's results: read, checked, stored in one transaction."""
