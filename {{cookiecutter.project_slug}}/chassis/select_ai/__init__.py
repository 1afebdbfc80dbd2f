"""Questions in plain words to an Oracle database: docs/select-ai.md."""
