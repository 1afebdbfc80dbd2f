"""Secrets in what the service tells: log lines, spans, faults of settings."""
