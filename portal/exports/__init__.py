"""What staff take home of a list: which lists, who may, what became of each file."""
