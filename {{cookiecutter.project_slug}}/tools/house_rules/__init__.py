"""The rules of this house that other linters cannot state: `python -m tools.house_rules`.

Every message names the page that says why. `# noqa: HR002  reason` lets one line pass, like ruff's.
"""
