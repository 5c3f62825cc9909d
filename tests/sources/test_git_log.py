"""The log's parser: the same commits however the stream is cut, and bounds on everything."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releaseray.notes.history import Commit, FileChange, Person
from releaseray.sources import SourceError
from releaseray.sources.git_log import MAX_BODY, MAX_FILES, MAX_PENDING, LogParser, text

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
PATH = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=8)
FILES = st.lists(st.builds(FileChange, st.sampled_from("AMDT"), PATH), max_size=4)
SHA = st.text("0123456789abcdef", min_size=40, max_size=40)
COMMITS = st.lists(
    st.builds(
        Commit,
        SHA,
        st.lists(SHA, max_size=3).map(tuple),
        st.builds(Person, TEXT, TEXT),
        st.integers(0, 2**40),
        TEXT,
        TEXT.map(str.rstrip),
        FILES.map(tuple),
        st.just(0),
    ),
    max_size=5,
)


def written(commit: Commit) -> bytes:
    """A commit as `git log -z` writes it."""
    parents = " ".join(commit.parents)
    fields = [f"\x01{commit.sha}", parents, *commit.author, str(commit.date), commit.subject, commit.body]
    changes = [part for change in commit.files for part in change]
    if changes:
        changes[0] = f"\n{changes[0]}"
    return "".join(f"{field}\0" for field in [*fields, *changes]).encode()


def cut(stream: bytes, sizes: list[int]) -> Iterator[bytes]:
    for size in sizes:
        yield stream[:size]
        stream = stream[size:]
    yield stream


@settings(max_examples=50, deadline=None)
@given(COMMITS, st.lists(st.integers(1, 60), max_size=30))
def test_commits_come_out_as_they_went_in_however_the_stream_is_cut(commits: list[Commit], sizes: list[int]) -> None:
    stream = b"".join(map(written, commits))
    assert list(LogParser().parse(cut(stream, sizes))) == commits


def made(body: str = "", files: tuple[FileChange, ...] = ()) -> Commit:
    return Commit("a" * 40, (), Person("Jane", "jane@acme.test"), 1, "Subject", body, files)


def test_only_the_commits_of_a_folder_come_out() -> None:
    inside, beside = (made(files=(FileChange("M", path),)) for path in ("ui/a.js", "ui-kit/a.js"))
    stream = b"".join(map(written, [inside, beside, made()]))
    assert list(LogParser("ui").parse([stream])) == [inside]


def test_a_commit_of_very_many_files_is_cut_and_says_so() -> None:
    many = tuple(FileChange("A", f"file{number}") for number in range(MAX_FILES + 7))
    (commit,) = LogParser().parse([written(made(files=many))])
    assert commit.files == many[:MAX_FILES]
    assert commit.files_left_out == 7


def test_a_very_long_message_is_cut() -> None:
    (commit,) = LogParser().parse([written(made(body="x" * (MAX_BODY + 1)))])
    assert len(commit.body) == MAX_BODY


def test_a_commit_that_does_not_end_is_given_up() -> None:
    endless = (b"x" * (1 << 20) for _ in range((MAX_PENDING >> 20) + 2))
    with pytest.raises(SourceError, match="too big"):
        list(LogParser().parse(endless))


def test_equal_changes_and_people_are_one_object() -> None:
    stream = written(made(files=(FileChange("M", "a"),)))
    first, second = LogParser().parse([stream * 2])
    assert first.files[0] is second.files[0]
    assert first.author is second.author


@given(st.binary())
def test_any_bytes_are_some_text(raw: bytes) -> None:
    assert bool(text(raw).encode()) == bool(raw)
    assert text("Grüße".encode("latin-1")) == "Grüße"
