"""The questions, and the answers that are refused before anything is written."""

import json
import re
import tomllib
from itertools import chain, permutations, product
from pathlib import Path

import pytest
import yaml

from hooks.pre_gen_project import DEPENDENCIES, LONGEST, advised, fault, parts_fault
from tests.baking import (
    ASKED,
    EVERYTHING,
    NAMES,
    NOTHING,
    PARTS,
    QUESTIONS,
    bake,
    bake_by_command,
    contents_of,
)

SENTENCES: list[str] = [*QUESTIONS["__prompts__"].values()]
AWKWARD = """Bob's "Best" \\ 'Böörk' $HOME ${x} `y` <b>&amp; #1: 100% """ + "'''" + ' """ 📦'


def refuse(output: Path, **answers: str) -> str:
    """Bake with answers that have to be refused; return the sentence."""
    pairs = [f"{question}={answer}" for question, answer in answers.items()]
    done = bake_by_command("--no-input", "--output-dir", str(output), *pairs, ok=False)
    assert not list(output.iterdir())
    return done.stderr.splitlines()[0]


def test_every_question_is_asked_in_words_and_there_are_at_most_five() -> None:
    assert list(QUESTIONS["__prompts__"]) == ASKED
    assert len(ASKED) <= 5
    assert all(sentence.endswith("?") for sentence in SENTENCES)


def test_the_question_for_parts_names_each_and_no_name_is_within_another() -> None:
    names = [*PARTS, NOTHING]
    words = re.findall(r"[\w-]+", QUESTIONS["__prompts__"]["parts"])
    assert {*names} <= {*words}
    assert [(one, other) for one, other in permutations(names, 2) if one in other] == []


def test_pressing_return_at_every_question_bakes_the_default_service(tmp_path: Path) -> None:
    asked = bake_by_command("--output-dir", str(tmp_path), text="\n" * len(ASKED)).stdout
    assert (tmp_path / "order-service/pyproject.toml").is_file()
    for prompt in SENTENCES:
        assert prompt in " ".join(asked.split())


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Café & Orders", "cafe-orders"),
        ("  Stock 24/7 ", "stock-24-7"),
        ("A service whose name goes on for rather a long while", None),
    ],
)
def test_the_other_answers_derive_from_the_name(
    tmp_path: Path, name: str, slug: str | None
) -> None:
    project = bake(tmp_path, project_name=name)
    assert slug is None or project.name == slug
    assert len(project.name) <= LONGEST["project_slug"]
    assert metadata(project)["authors"] == [{"name": f"{name} team"}]


def metadata(project: Path) -> dict[str, object]:
    pyproject = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    return {**pyproject["project"], **pyproject["tool"]["service"]}


@pytest.mark.parametrize(
    ("slug", "rule"),
    [
        ("a", "2 to 40 characters"),
        ("a" * 41, "2 to 40 characters"),
        *((slug, "lower-case") for slug in ("Order", "9lives", "a-", "a--b", "a_b", "a b", "à")),
        *((slug, "device name") for slug in ("con", "com1", "nul")),
        *((slug, "installs") for slug in ("fastapi", "pluggy", "ruff")),
        *((slug, "uses itself") for slug in ("postgres", "app", "chassis", "tests", "tools")),
    ],
)
def test_a_slug_that_cannot_work_is_refused_in_one_sentence(
    tmp_path: Path, slug: str, rule: str
) -> None:
    sentence = refuse(tmp_path, project_slug=slug)
    assert sentence.startswith("project_slug must ")
    assert rule in sentence
    assert f'"{slug}", try "' in sentence


@pytest.mark.parametrize(
    ("question", "answer", "rule"),
    [
        ("project_name", "", "not be empty"),
        ("project_name", "n" * 61, "at most 60 characters"),
        ("project_name", "Order\nService", "one line"),
        ("project_name", "Order\x1b[31m", "one line"),
        ("description", "d" * 201, "at most 200 characters"),
        ("description", "one\ntwo", "one line"),
        ("author", "a" * 81, "at most 80 characters"),
        ("author", "me\u2028you", "one line"),
    ],
)
def test_a_text_that_cannot_work_is_refused_in_one_sentence(
    tmp_path: Path, question: str, answer: str, rule: str
) -> None:
    answers = {"project_slug": "fine", "author": "me"} | {question: answer}
    sentence = refuse(tmp_path, **answers)
    assert sentence.startswith(f"{question} must ")
    assert rule in sentence
    assert f'{json.dumps(answer)}, try "' in sentence


@pytest.mark.parametrize(
    ("question", "answer", "advice"),
    [
        ("project_slug", "Foo_Bar", "foo-bar"),
        ("project_slug", "fooBar.API", "foobar-api"),
        ("project_slug", "#9 lives", "lives"),
        ("project_slug", "a--b-", "a-b"),
        ("project_slug", "à la carte", "a-la-carte"),
        ("project_slug", "a", "a-service"),
        ("project_slug", "FastAPI", "fastapi-service"),
        ("project_slug", "tests", "tests-service"),
        ("project_slug", "n" * 41, "n" * 40),
        ("project_slug", f"{'n' * 30}-and-some-more", f"{'n' * 30}-and-some"),
        ("project_slug", "注文", "order-service"),
        ("project_name", "Order\nService", "Order Service"),
        (
            "project_name",
            "word " * 13,
            "word word word word word word word word word word word word",
        ),
        ("description", "Fills {{ braces }} and {{{%#.", "Fills { { braces }} and { { { %#."),
        ("description", 'Says "hello"\tto you.', 'Says "hello" to you.'),
        ("description", "d" * 201, "d" * 200),
        ("author", " ", "Checkout team"),
    ],
)
def test_a_refusal_advises_what_is_nearest_to_the_answer(
    question: str, answer: str, advice: str
) -> None:
    sentence = fault(question, answer)
    assert sentence.endswith(f", try {json.dumps(advice, ensure_ascii=False)}.")
    assert not fault(question, advice)


@pytest.mark.parametrize("question", LONGEST)
def test_what_is_advised_is_never_refused_itself(question: str) -> None:
    pieces = (
        "",
        "Å",
        "9",
        "-",
        "_",
        " ",
        "\n",
        "{",
        "{%",
        "\x1b[1m",
        "con",
        "注",
        "x" * 39,
        "y-" * 60,
    )
    for answer in map("".join, product(pieces, repeat=3)):
        assert not fault(question, advised(question, answer)), answer


@pytest.mark.parametrize(
    "answer", ["", " ", "none", "none,", "example,accounts", " kubernetes,\texample "]
)
def test_parts_are_names_with_spaces_or_commas_between_them_or_none(answer: str) -> None:
    assert not parts_fault(answer, PARTS)


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        ("exampel", 'did you mean "example"?'),
        ("Kubernetes accounts", 'did you mean "kubernetes accounts"?'),
        ("example kubernets example", 'did you mean "example kubernetes"?'),
        ("Non", 'did you mean "none"?'),
        ("example frobnicate", 'try "example".'),
        ("nothing", 'try "' + " ".join(PARTS) + '".'),
        ("none example", 'try "example".'),
    ],
)
def test_parts_that_cannot_be_are_refused_with_all_that_can(answer: str, advice: str) -> None:
    names = ", ".join(PARTS)
    rule = f"parts must be names among {names}, or none alone; you answered {json.dumps(answer)}, "
    assert parts_fault(answer, PARTS) == f"{rule}{advice}"
    assert not parts_fault(advice.split('"')[1], PARTS)


def test_a_part_that_there_is_not_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    assert 'did you mean "example"?' in refuse(tmp_path, parts="exmaple")


@pytest.mark.parametrize("mark", ["{{", "{%", "{#"])
def test_a_template_mark_in_a_text_is_refused_because_an_update_would_run_it(
    tmp_path: Path, mark: str
) -> None:
    typed = f"\n\nBraces {mark} here\n\n\n\n"
    done = bake_by_command("--output-dir", str(tmp_path), text=typed, ok=False)
    assert "description must not contain" in done.stderr.splitlines()[0]
    assert not list(tmp_path.iterdir())


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    wrong = ("project_slug=No", "author=")
    done = bake_by_command("--no-input", "--output-dir", str(tmp_path), *wrong, ok=False)
    first, second = done.stderr.splitlines()[:2]
    assert first.startswith("project_slug must")
    assert second.startswith("author must")


def test_a_refusal_leaves_an_existing_project_as_it_is(tmp_path: Path) -> None:
    project = bake(tmp_path)
    before = contents_of(project)
    again = ("--no-input", "--overwrite-if-exists", "--output-dir", str(tmp_path))
    bake_by_command(*again, "author=", ok=False)
    assert contents_of(project) == before


def test_no_dependency_of_the_service_can_be_its_name(tmp_path: Path) -> None:
    made = bake(tmp_path, parts=EVERYTHING)
    pyproject = tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))
    groups = pyproject["dependency-groups"].values()
    extras = pyproject["project"].get("optional-dependencies", {}).values()
    wanted = chain(pyproject["project"]["dependencies"], *groups, *extras)
    assert {re.split(r"[^a-z0-9-]", requirement)[0] for requirement in wanted} <= DEPENDENCIES


@pytest.mark.parametrize("size", ["shortest", "longest"])
def test_the_shortest_and_the_longest_slug_bake(tmp_path: Path, size: str) -> None:
    slug = NAMES[size]
    assert len(slug) == {"shortest": 2, "longest": 40}[size]
    assert metadata(bake(tmp_path, project_slug=slug))["name"] == slug


def test_awkward_text_arrives_unharmed_and_breaks_no_file(tmp_path: Path) -> None:
    texts = {"project_name": AWKWARD[:60], "description": AWKWARD, "author": AWKWARD}
    project = bake(tmp_path, project_slug="awkward", **texts)
    made = metadata(project)
    assert made["title"] == texts["project_name"]
    assert made["description"] == texts["description"]
    assert made["authors"] == [{"name": texts["author"]}]
    for path in [*project.rglob("*.yml"), *project.rglob("*.yaml")]:
        list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    for path in project.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
