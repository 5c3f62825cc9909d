"""`.env.example` names every setting, explains it, and shows its default."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from releaseray.settings import Settings

LINES = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()
SHOWN: dict[str, str] = dict(re.findall(r"^#RELEASERAY_(\w+)=(.*)$", "\n".join(LINES), re.MULTILINE))


def test_it_names_every_setting_in_order() -> None:
    assert list(SHOWN) == [name.upper() for name in Settings.model_fields]


def test_every_setting_is_explained_in_one_line() -> None:
    for before, line in pairwise(LINES):
        if line.startswith("#RELEASERAY_"):
            assert re.fullmatch(r"# .+[.;]", before), line


def test_what_it_shows_are_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SHOWN:
        monkeypatch.delenv(f"RELEASERAY_{name}", raising=False)
    defaults = Settings()
    for name, value in SHOWN.items():
        monkeypatch.setenv(f"RELEASERAY_{name}", value)
    assert Settings() == defaults
