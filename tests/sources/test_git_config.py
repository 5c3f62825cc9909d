"""A configuration is read as git reads it, or not at all."""

import subprocess
from pathlib import Path

import pytest

from releaseray.sources.git_config import IMPORTANT, plain_config

WRITTEN = """[core]
\trepositoryformatversion = 1
\tfilemode = true
[user]
\tname = Jörg the Second
[extensions]
\tobjectFormat = sha256
[remote "origin"]
\turl = https://git.example/acme/myapp.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
[remote "Fork"]
\turl = git@git.example:me/myapp.git
; a remark
[branch "main"]
\tremote = origin
[remote "origin"]
\turl = ssh://git@git.example/acme/other.git
"""


def listed(config: Path) -> dict[str, str]:
    """What git says is in the file."""
    command = ["git", "config", "--file", str(config), "--no-includes", "--null", "--list"]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    pairs = [entry.partition("\n") for entry in told.split("\0") if entry]
    return {key: value for key, _, value in pairs if key.startswith(IMPORTANT)}


@pytest.mark.parametrize(
    "text", [WRITTEN, WRITTEN.replace("\n", "\r\n"), "", '[remote "a.b c"]\n  URL=x', "[include]\npath = y"]
)
def test_what_git_writes_is_read_as_git_reads_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "config").write_bytes(text.encode())
    assert plain_config(text.encode()) == listed(tmp_path / "config")


@pytest.mark.parametrize(
    "text",
    [
        '[remote "origin"]\n\turl = "quoted"\n', '[remote "origin"]\n\turl = a\\\n  b\n', "[remote.o]\n\turl = a\n",
        '[remote "origin"] url = a\n', '[remote "origin"]\n\turl = a b\n', '[remote "origin"]\n\turl = a # remark\n',
        '[remote "or\\"igin"]\n\turl = a\n', '[user]\n\tname = "A\n', "[extensions]\n\tworktreeConfig\n",
        "\ufeff[core]\n", "url = a\n", "[core\n", "[a]\nb = c\0\n",
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_left_to_git(text: str) -> None:
    assert plain_config(text.encode()) is None
    assert plain_config(b"[user]\n\tname = J\xf6rg\n") is None
