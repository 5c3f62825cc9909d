"""`python -m tests.notes.accept`: write the golden drafts anew, after a change that is meant to alter them. Read the
diff before you commit it."""

from pathlib import Path

from releaseray.notes.engine import build

from .histories import load


def accept() -> None:
    for case in sorted((Path(__file__).parent / "golden").iterdir()):
        history, persona = load(case / "history.txt")
        (case / "expected.md").write_text(build(history, persona).body_md, encoding="utf-8")


if __name__ == "__main__":
    accept()
