"""The supervisor behind `./run` and `./test`.

`bootstrap` needs nothing but the standard library and prepares the virtual environment; the
rest runs inside it.
"""
