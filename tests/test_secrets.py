"""Secrets at rest: sealed by the newest key, opened by any, the first key made once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from releaseray.secrets import SecretBox, SecretLost, new_key, open_box


def test_sealed_and_opened_again() -> None:
    box = SecretBox([new_key()])
    sealed = box.seal("xoxb-größe")
    assert "xoxb" not in sealed
    assert box.open(sealed) == "xoxb-größe"
    assert box.seal("x") != box.seal("x")


def test_keys_are_rotated() -> None:
    old, new = new_key(), new_key()
    sealed = SecretBox([old]).seal("token")
    both = SecretBox([new, old])
    assert both.open(sealed) == "token"
    moved = both.reseal(sealed)
    assert SecretBox([new]).open(moved) == "token"
    for use in (SecretBox([new]).open, SecretBox([new]).reseal):
        with pytest.raises(SecretLost):
            use(sealed)


@pytest.mark.parametrize("sealed", ["", "nonsense", "gAAAA", "é"])
def test_what_was_never_sealed(sealed: str) -> None:
    with pytest.raises(SecretLost):
        SecretBox([new_key()]).open(sealed)


def test_a_changed_secret_is_not_opened() -> None:
    box = SecretBox([new_key()])
    sealed = box.seal("token")
    middle = len(sealed) // 2
    changed = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    with pytest.raises(SecretLost):
        box.open(changed)


@pytest.mark.parametrize("keys", [[], ["short"], ["é" * 44], [new_key(), ""]])
def test_malformed_keys(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="key"):
        SecretBox(keys)


def test_without_keys_one_is_made_once(tmp_path: Path) -> None:
    place = tmp_path / "data"
    sealed = open_box([], place).seal("token")
    assert open_box([], place).open(sealed) == "token"
    (file,) = place.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        boxes = list(pool.map(lambda _: open_box([], tmp_path), range(16)))
    sealed = boxes[0].seal("token")
    assert {box.open(sealed) for box in boxes} == {"token"}
    assert len(list(tmp_path.iterdir())) == 1


def test_the_made_key_still_opens_after_keys_were_set(tmp_path: Path) -> None:
    sealed = open_box([], tmp_path).seal("token")
    key = new_key()
    box = open_box([key], tmp_path)
    assert box.open(sealed) == "token"
    assert SecretBox([key]).open(box.reseal(sealed)) == "token"


def test_with_keys_none_is_made(tmp_path: Path) -> None:
    open_box([new_key()], tmp_path)
    assert list(tmp_path.iterdir()) == []
