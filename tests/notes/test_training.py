"""Training: the same rows give the same bytes, and teach what they say."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.notes.rows import Row, read_rows, write_rows
from benchmarks.notes.train import main, trained

from releaseray.notes.draft import Category
from releaseray.notes.model import BIAS, dumped, parsed, shipped
from releaseray.notes.model_features import features_of, text_features
from releaseray.notes.model_learn import CLASSES
from releaseray.notes.surroundings import Surroundings

from .raw_rows import raw

SUBJECTS = {
    "fix": "Fix crash in module {}",
    "feature": "Add option number {}",
    "docs": "Explain chapter {} in the manual",
    None: "Tidy helper {}",
}


def change(repo: str, number: int, category: str | None) -> dict[str, object]:
    path = "docs/manual.md" if category == "docs" else ""
    return raw(repo, number, category, SUBJECTS[category].format(number), path, f"About {number}", number)


@pytest.fixture
def rows_file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl.gz"
    write_rows(path, [change(repo, n, category) for repo in ("a/a", "b/b") for n in range(20) for category in SUBJECTS])
    return path


def test_training_twice_gives_the_same_bytes(rows_file: Path, tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        assert main([str(rows_file), "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_the_model_learns_what_the_rows_say(rows_file: Path) -> None:
    rows = read_rows(rows_file)
    model = trained(rows)
    for row in rows[:4]:
        found = model.scores(features_of(row.change, Surroundings.of(row.version or "", row.pulls)))
        if row.category:
            assert CLASSES[max(range(len(CLASSES)), key=found.__getitem__)] is row.category
    kept = {
        row.category: model.scores(features_of(row.change, Surroundings.of(row.version or "", row.pulls)))[-1]
        for row in rows[:4]
    }
    assert kept[Category.FIX] > kept[None]
    assert kept[Category.FEATURE] > kept[Category.DOCS]


def test_what_others_taught_is_part_of_what_is_shipped(rows_file: Path, tmp_path: Path) -> None:
    rows = read_rows(rows_file)
    theirs = trained([replace(row, repo=f"other/{row.repo[0]}") for row in rows if row.category is not Category.FIX])
    ours = trained([row for row in rows if row.category is not Category.FEATURE])
    both = trained([row for row in rows if row.category is not Category.FEATURE], theirs)
    assert "t:option" in theirs.table
    assert not set(both.table) - set(theirs.table) - set(ours.table)
    for subject, category in (("Fix crash in module 3", Category.FIX), ("Add option number 3", Category.FEATURE)):
        found = both.scores(text_features(subject))
        assert CLASSES[max(range(len(CLASSES)), key=found.__getitem__)] is category
    out = tmp_path / "alone.json"
    assert main([str(rows_file), "--alone", "--out", str(out)]) == 0
    assert out.read_bytes() == dumped(trained(rows))


def test_controls_teach_nothing(rows_file: Path) -> None:
    rows = read_rows(rows_file)
    with_control = [*rows, *(control(row) for row in rows)]
    assert dumped(trained(with_control)) == dumped(trained(rows))


def control(row: Row) -> Row:
    return Row("vitejs/vite", *[getattr(row, name) for name in Row.__slots__ if name != "repo"])


def test_a_model_survives_its_file_and_a_broken_file_is_refused() -> None:
    assert parsed(dumped(shipped())) == shipped()
    empty, short = ({"cut": 0, "features": [], "weights": ""}, {"cut": 0, "features": [BIAS], "weights": "AAA="})
    for broken in ("[]", "{}", json.dumps(empty), json.dumps(short), "{"):
        with pytest.raises(ValueError):
            parsed(broken)


def test_a_line_that_is_no_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(change("a/a", 1, "fix")) + "\n{}\n")
    with pytest.raises(ValueError, match=r"rows\.jsonl, line 2"):
        read_rows(path)


def test_the_shipped_coefficients_are_small() -> None:
    assert len(dumped(shipped())) < 1_000_000
