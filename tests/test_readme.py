"""The README's session is run, command by command, and its output compared.

`UPDATE_README=1` writes what the commands print now into the README instead.
"""

import os
import re
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from releaseray.settings import Settings
from tests.conftest import make_org, serving, working
from tests.repository import GitRepository

README = Path(__file__).parent.parent / "README.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_QUESTION = re.compile(r"/(releases/rel|errors/err)_\w+$")
UPDATING = bool(os.environ.get("UPDATE_README"))
WORKERS_TAKE = 5.0 if UPDATING else 30.0
"""Seconds."""
_ID = re.compile(r"\b(org|repo|range|draft|pub|key|svc|rel|err)_[0-9A-Za-z]{22}\b")
_VARIABLE = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"/changelog/acme-myapp(-[0-9a-f]+)?/"), "/changelog/SLUG/"),
    (re.compile(r'"estimatedTime": \d+'), '"estimatedTime": N'),
    (re.compile(r'"timestamp": [\d.]+'), '"timestamp": TIME'),
    (re.compile(r"//[0-9a-f]{32}@([^/]+)/\d+"), r"//KEY@\1/N"),
]


def steps(block: str) -> list[tuple[str, str]]:
    """Each command of a block and what is printed after it."""
    found: list[tuple[str, str]] = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        found.append((command, output.strip()))
    return found


class Shell:
    """One bash for the whole session, so that variables and functions live on."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--norc"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\necho; echo ---done---\n")
        self._process.stdin.flush()
        lines = []
        for line in self._process.stdout:
            if line == "---done---\n":
                break
            lines.append(line)
        return "".join(lines).strip()

    def close(self) -> None:
        self._process.communicate("exit\n", timeout=10)


def normal(text: str) -> str:
    text = _ID.sub(r"\1_ID", text)
    for pattern, name in _VARIABLE:
        text = pattern.sub(name, text)
    return text


def test_the_session_prints_what_the_readme_shows(settings: Settings, tmp_path: Path) -> None:
    repo = GitRepository.acme(tmp_path / "myapp")
    text = README.read_text()
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    with serving(settings) as server, working(settings), closing(Shell(environment)) as shell:
        org = make_org(server)
        org.client.close()
        latest: dict[str, str] = {}

        def here(command: str) -> str:
            """The command as it is typed on this machine, about the things this session made."""
            command = command.replace("http://127.0.0.1:8000", server.url).replace("/srv/git/myapp", str(repo.path))
            command = command.replace('$(releaseray keys create --name "CI/CD Pipeline")', org.key)
            return _ID.sub(lambda id: latest.get(id[1], id[0]), command)

        def told(command: str, expected: str) -> str:
            """What it prints; a question is asked again while the workers are still at what it is about."""
            ends = time.monotonic() + WORKERS_TAKE
            while True:
                printed = shell.run(command)
                as_shown = normal(printed.replace(server.url, "http://127.0.0.1:8000")) == normal(expected)
                if as_shown or not _QUESTION.search(command) or time.monotonic() > ends:
                    return printed
                time.sleep(0.2)

        for block in _BLOCK.findall(text):
            written = ""
            for command, expected in steps(block):
                shown = _ID.sub(lambda id: latest.get(id[1], id[0]), command)
                printed = told(here(command), expected).replace(server.url, "http://127.0.0.1:8000")
                latest.update({id[1]: id[0] for id in _ID.finditer(printed)})
                written += f"$ {shown}\n" + (f"{printed}\n" if printed else "")
                if not UPDATING:
                    assert normal(printed) == normal(expected), command
            text = text.replace(f"```console\n{block}```", f"```console\n{written}```")
    if UPDATING:
        README.write_text(text)


@pytest.mark.parametrize("target", ["run", "test", "lint", "bench", "eval"])
def test_the_make_targets_that_the_readme_names_exist(target: str) -> None:
    root = README.parent
    assert f"make {target}" in README.read_text()
    planned = subprocess.run(["make", "--dry-run", target], cwd=root, capture_output=True, text=True, check=False)
    assert planned.returncode == 0, planned.stderr


def test_the_readme_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"\breleaseray (\w+)", README.read_text()))
    helped = subprocess.run(
        [sys.executable, "-m", "releaseray", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for command in named:
        assert re.search(rf"^  {command}\b", helped, re.MULTILINE), command
