"""Find the commands and the paths that a document names."""

import re
import shlex
from collections.abc import Collection, Iterator
from pathlib import Path

BLOCK = re.compile(r"^( *)```(?:sh|bash|shell|console)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
OPERATORS = "();<>|&\n"
FENCED = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
PROGRAM = re.compile(r"(?:[A-Z_]+=\S+ +)*([\w./-]+) +\S")  # a word alone is a name, no command
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
INLINE_PATH = re.compile(
    r"`((?:app|benchmarks|chassis|deploy|docs|hooks|migrations|tests|tools)/[\w./-]*|[\w.-]+\.(?:md|toml))`"
)
TO_BE_WRITTEN = re.compile(r"invoice")  # the reader's own feature, in every example


def shell_blocks(markdown: str) -> Iterator[str]:
    for match in BLOCK.finditer(markdown):
        yield re.sub(r"^ *\$ ", "", match[2], flags=re.MULTILINE)


def inline_commands(markdown: str, programs: Collection[str]) -> Iterator[str]:
    """Code within sentences that begins, after assignments, with one of the programs."""
    for code in INLINE.findall(FENCED.sub("", markdown)):
        found = PROGRAM.match(code)
        if found and found[1].rpartition("/")[2] in programs:
            yield code


def simple_commands(script: str) -> Iterator[list[str]]:
    """Split a script at lines, pipes and conjunctions; drop comments, assignments, and `> file`."""
    script = re.sub(r"(^|[ \t])#.*$", "", script.replace("\\\n", " "), flags=re.MULTILINE)
    script = re.sub(r" > [\w./-]+$", "", script, flags=re.MULTILINE)
    lexer = shlex.shlex(script, posix=True, punctuation_chars=OPERATORS)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    words: list[str] = []
    for token in [*lexer, "\n"]:
        if token.strip(OPERATORS):
            words += [token] if words or not re.match(r"[A-Z_]+=", token) else []
        elif words:
            yield words
            words = []


def missing_paths(document: Path, *roots: Path) -> list[str]:
    """Every path the document links to, or names in code, that exists under none of the roots."""
    text = document.read_text(encoding="utf-8")
    links = [path for path in LINK.findall(text) if not (document.parent / path).exists()]
    named = INLINE_PATH.findall(text)
    links += [path for path in named if not any((root / path).exists() for root in roots)]
    return [path for path in links if not TO_BE_WRITTEN.search(path)]
