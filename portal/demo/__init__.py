"""The demonstration programme: synthetic people, cycles, objections, tickets and staff.

Everything comes in through the product's own imports and services with past instants, so that
every row is one that the product can make. Nobody in it exists.
"""
