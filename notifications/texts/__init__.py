"""The wording of each SMS as staff change it: proposed by one person, approved by another."""
