"""`try` and `serve`: what the first start makes, what later ones do not, and that an end is an end."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest
from click.testing import CliRunner

from releaseray.cli.commands import main
from releaseray.settings import Settings
from tests.cli.conftest import Command, Start, environment, ids, run
from tests.ports import free_port
from tests.processes import alive, processes, the, wait_until
from tests.repository import GitRepository


def keys_in(output: str) -> set[str]:
    return set(re.findall(r"rr_live_\w+", output))


def test_the_first_start_shows_a_key_three_drafts_and_one_of_them(first_start: Command) -> None:
    said = first_start.output
    assert len(keys_in(said)) == 1
    assert "Newest release: v1.1.0 to v1.2.0" in said
    assert [f"The {persona} draft is written" in said for persona in ("engineer", "internal", "customer")] == [True] * 3
    assert "Speed up search by caching results" in said
    assert f"{first_start.base}/docs" in said
    assert f"{first_start.base}/changelog/acme-myapp/releases/v1.2.0" in said
    assert len(ids(said, "draft")) == 3


def test_later_starts_make_nothing_twice_print_lines_to_paste_and_draft_a_release_made_since(
    start: Start, first_start: Command, myapp: GitRepository
) -> None:
    again = start("try", str(myapp.path)).ready()
    assert ids(again.output, "draft") == ids(first_start.output, "draft")
    assert ids(again.output, "range") == ids(first_start.output, "range")
    assert not keys_in(again.output)

    (key,) = keys_in(first_start.output)
    with httpx.Client(base_url=again.base, headers={"Authorization": f"Bearer {key}"}) as client:
        (repo,) = client.get("/api/repos").json()["repos"]
        assert repo["fullName"] == "acme/myapp"
        assert client.get("/api/ranges", params={"repoId": repo["id"]}).json()["total"] == 1
        (line,) = re.findall(r"curl .* '(http\S+/api/drafts\?\S+)'", again.output)
        assert client.get(line).json()["total"] == 3
        (page,) = re.findall(rf"{again.base}/changelog/\S+", again.output)
        pasted = [line.strip() for line in again.output.splitlines() if line.strip().startswith("curl ")]
        with_key = {**os.environ, "RELEASERAY_KEY": key}
        for line in pasted:
            answer = subprocess.run(["sh", "-c", f"{line} -sf"], env=with_key, capture_output=True, check=True)
            assert json.loads(answer.stdout)
        assert len(pasted) == 4
        assert "#15" not in client.get(page).text, "what engineers read did not come on the page"

    everything = again.everything()
    assert len(everything) > 4
    assert again.press_ctrl_c() == 0
    wait_until(lambda: not alive(everything))

    myapp.commit("Add dark mode (#20)", "src/theme.py")
    myapp.tag("v1.3.0")
    later = start("try", str(myapp.path)).ready()
    assert "Newest release: v1.2.0 to v1.3.0" in later.output
    assert "The engineer draft is written" in later.output
    assert later.press_ctrl_c() == 0


def test_a_server_killed_with_9_leaves_nothing_and_starts_again_on_the_same_port(start: Start) -> None:
    killed = start("serve").ready()
    everything = killed.everything()
    killed.process.kill()
    killed.end()
    wait_until(lambda: not alive(everything))
    again = start("serve", RELEASERAY_PORT=str(killed.port)).ready()
    assert httpx.get(f"{killed.base}/readyz").status_code == 200
    again.process.send_signal(signal.SIGTERM)
    assert again.end() == 0


def test_a_make_killed_with_9_takes_everything_along(data_dir: Path, tmp_path: Path) -> None:
    """As in `make run`: the shell's parent is killed, its child is told nothing. Its repository is the second one."""
    other = GitRepository.acme(tmp_path / "other")
    script = f"exec {sys.executable} -m releaseray try --end-with $PPID {other.path}"
    starter = "import subprocess, sys; subprocess.run(['sh', '-c', sys.argv[1]])"
    settings = environment(data_dir, {"RELEASERAY_PORT": str(free_port())})
    make = subprocess.Popen([sys.executable, "-c", starter, script], env=settings, stdout=subprocess.PIPE, text=True)
    assert make.stdout
    with make.stdout as output:
        wait_until(lambda: "is ready" in output.readline())
        everything = [*psutil.Process(make.pid).children(recursive=True), *processes(data_dir)]
        make.kill()
        make.wait()
        wait_until(lambda: not alive(everything))


def test_the_server_replaces_what_dies_beside_it(start: Start, data_dir: Path) -> None:
    server = start("serve").ready()
    (worker,) = server.workers()
    worker.kill()
    the("keeper", data_dir).kill()
    wait_until(lambda: server.workers() not in ([], [worker]))
    wait_until(lambda: is_ready(server))
    assert server.press_ctrl_c() == 0


def is_ready(server: Command) -> bool:
    return httpx.get(f"{server.base}/readyz").status_code == 200


def test_keys_are_made_beside_a_running_server_which_knows_them_at_once(start: Start, data_dir: Path) -> None:
    server = start("serve").ready()
    made = run(data_dir, "keys", "create", "--name", "CI/CD Pipeline", "--scopes", "read")
    assert re.fullmatch(r"rr_live_\w{38}\n", made.stdout), made
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    assert httpx.get(f"{server.base}/api/repos", headers=headers).status_code == 200
    assert httpx.post(f"{server.base}/api/repos", headers=headers, json={"url": "/x"}).status_code == 403
    assert is_ready(server)
    assert server.press_ctrl_c() == 0


def test_keys_are_made_listed_and_revoked_without_a_server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_DATA_DIR", str(data_dir))

    def keys(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["keys", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    secret = keys("create", "--name", "laptop", "--expires-in-days", "30").strip()
    (row,) = [line for line in keys("list").splitlines() if " laptop " in line]
    assert f"…{secret[-4:]}" in row
    key_id = row.split()[0]
    assert "'laptop' works no more" in keys("revoke", key_id)
    assert key_id not in keys("list")


def test_with_urls_set_serve_wants_a_migrated_database_and_brings_no_worker(
    start: Start, settings: Settings, tmp_path: Path
) -> None:
    urls = {
        "RELEASERAY_DATABASE_URL": str(settings.database_url).replace("/releaseray?", "/template1?"),
        "RELEASERAY_REDIS_URL": str(settings.redis_url),
    }
    refused = run(tmp_path, "serve", **urls)
    assert refused.returncode == 1
    assert "releaseray migrate" in refused.stderr
    migrated = {**urls, "RELEASERAY_DATABASE_URL": str(settings.database_url)}
    assert run(tmp_path, "migrate", **migrated).returncode == 0
    server = start("serve", **migrated).ready()
    assert not server.everything()[1:]
    server.process.send_signal(signal.SIGTERM)
    assert server.end() == 0
