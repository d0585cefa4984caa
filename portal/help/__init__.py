"""How help articles are written and shown: plain texts with a few marks."""
