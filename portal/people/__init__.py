"""What staff keep of a person beside the register: notes, flags, and who opened the file."""
