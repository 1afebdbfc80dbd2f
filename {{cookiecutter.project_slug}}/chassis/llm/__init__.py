"""Language models of any OpenAI-compatible server: docs/language-models.md."""
