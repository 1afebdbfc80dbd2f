"""A tree of files with the names that things have now."""

from pathlib import Path

from tools.move_to_chassis import tree

PROJECT = Path(__file__).parent.parent.parent.parent
FOLDERS = ("app", "chassis", "deploy", "docs", "migrations", "monitoring", "tests", "tools")


def test_what_the_template_has_now_is_left_as_it_is() -> None:
    files = [path for folder in FOLDERS for path in (PROJECT / folder).rglob("*")]
    names = [path.relative_to(PROJECT).as_posix() for path in [*files, *PROJECT.glob("*.*")]]
    assert tree.rewritten(PROJECT, names) == {}


def test_a_file_with_the_marks_of_a_merge_waits(tmp_path: Path) -> None:
    text = "import app.problems\n<<<<<<< HEAD\n=======\n>>>>>>> it\n"
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    assert tree.rewrite(tmp_path, ["a.py"]) == []
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == text


def test_what_only_looks_like_python_is_rewritten_as_prose(tmp_path: Path) -> None:
    for name in ("a.md", "a.py"):
        (tmp_path / name).write_text("${x} app.problems", encoding="utf-8")
    found = tree.rewritten(tmp_path, ["a.md", "a.py"])
    assert found == dict.fromkeys(("a.md", "a.py"), "${x} chassis.problems")


def test_folders_of_own_modules_stay_packages_unless_a_module_hides_them(tmp_path: Path) -> None:
    for name in ("web/middleware/tenant.py", "settings/mine.py", "settings.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    made = tree.make_packages(tmp_path)
    assert [Path(it).relative_to(tmp_path).parent.as_posix() for it in made] == [
        ".",
        "web",
        "web/middleware",
    ]
    assert tree.shadowed(tmp_path) == [(tmp_path / "settings/mine.py").as_posix()]
