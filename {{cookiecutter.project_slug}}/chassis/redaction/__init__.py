"""Secrets in what the service tells: log lines, spans, faults of settings.

`names.py` says which names are of secrets, `texts.py` which shapes are; the others hide them.
"""
