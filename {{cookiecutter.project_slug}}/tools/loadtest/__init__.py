"""A load test of a running service, with no script to write: what to ask, the service says itself.

`python -m tools.loadtest --help` tells how; `make loadtest` runs it.
"""
