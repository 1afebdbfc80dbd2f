"""FastAPI's own tests, run with every application quickened."""
