"""``make bench``: the figures of performance.md, each beside its floor of the same run.

A bench is a function in a module ``bench_*.py`` of this folder, marked ``@bench("title")``; it takes the ``Stage``
and yields ``Figure``s. Load comes from a process of its own, goes to 127.0.0.1 alone and is bounded in count and time.
"""
