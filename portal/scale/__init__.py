"""A large synthetic programme for measurement, made in the database by SQL.

Everything follows from the number of a row, so that a second run makes the same and adds only
what is missing. Nobody in it exists; IDs, IBANs, mobiles and references pass their checks.
"""
