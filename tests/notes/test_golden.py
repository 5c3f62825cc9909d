"""Each folder of `golden/` is a rule: the history that shows it, and the draft it becomes."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from releaseray.notes.engine import build

from .histories import load

CASES = sorted((Path(__file__).parent / "golden").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_history_becomes_the_draft_beside_it(case: Path) -> None:
    history, persona = load(case / "history.txt")
    assert build(history, persona).body_md == (case / "expected.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_draft_is_inert_markdown(case: Path) -> None:
    history, persona = load(case / "history.txt")
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(build(history, persona).body_md)
    inline = [child.type for token in tokens for child in token.children or ()]
    assert {token.type for token in tokens} <= {
        "heading_open", "heading_close", "inline", "bullet_list_open", "bullet_list_close", "list_item_open",
        "list_item_close", "paragraph_open", "paragraph_close",
    }  # fmt: skip
    assert set(inline) <= {"text", "code_inline", "strong_open", "strong_close", "softbreak"}
