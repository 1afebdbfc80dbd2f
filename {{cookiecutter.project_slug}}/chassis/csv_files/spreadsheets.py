"""Text that a spreadsheet would run as a formula when it opens the file.

`=HYPERLINK(...)` in a name that a client chose is code on the machine of whoever opens the export.
https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

# The full-width signs too: some spreadsheets read them as the others.
FORMULA = re.compile("'*[-=+@\t\r\n\uff0d\uff1d\uff0b\uff20]")


def guarded(text: str) -> str:
    """With an apostrophe in front, where a spreadsheet would not take it for text."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """What was guarded, as it was."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
