"""Acts on many objections at once: a set is fixed, looked through, acted on and told of.

`sawtak.bulk` is the same for answers to many tickets. An act on objections runs in the request,
its set in the session; an answer to tickets is made by a worker, its set in the database.
"""
