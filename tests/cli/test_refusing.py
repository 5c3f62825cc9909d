"""What cannot work is one clear line on standard error and an exit code, never a traceback."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner, Result

from releaseray import logs
from releaseray.cli.commands import main
from releaseray.secrets import new_key
from releaseray.settings import Settings


@pytest.fixture(autouse=True)
def _logs_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers of other tests run in threads of this process: their logs are not what a command says."""
    monkeypatch.setattr(logs, "configure", lambda level, style: None)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RELEASERAY_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def releaseray(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def refusal(*arguments: str) -> str:
    """The one line that a command is refused with."""
    result = releaseray(*arguments)
    assert result.exit_code == 1, result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


@pytest.mark.parametrize("command", ["serve", "try"])
def test_a_port_that_is_taken(command: str, data_dir: Path, taken_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_PORT", str(taken_port))
    assert "Address already in use. Set RELEASERAY_PORT" in refusal(command)
    assert not data_dir.exists(), "nothing was started for it"


def test_a_host_that_is_not_ours(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_HOST", "192.0.2.1")
    assert "RELEASERAY_HOST" in refusal("serve")


@pytest.mark.parametrize("command", [("serve",), ("try",), ("migrate",), ("worker",), ("keys", "list")])
def test_a_data_directory_that_cannot_be_written(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_DATA_DIR", "/proc/releaseray")
    monkeypatch.setenv("RELEASERAY_PORT", "0")
    assert "RELEASERAY_DATA_DIR" in refusal(*command)


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("keys", "list")])
def test_a_data_directory_that_cannot_be_written_beside_services_of_ones_own(
    command: tuple[str, ...], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the mirrors of repositories and, where none is set, the key for secrets."""
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("RELEASERAY_REDIS_URL", str(settings.redis_url))
    monkeypatch.setenv("RELEASERAY_PORT", "0")
    monkeypatch.setenv("RELEASERAY_DATA_DIR", "/proc/releaseray")
    assert "Set RELEASERAY_DATA_DIR to a folder you may write to" in refusal(*command)
    if command[0] != "keys":
        monkeypatch.setenv("RELEASERAY_SECRET_KEYS", new_key())
        assert "Set RELEASERAY_DATA_DIR to a folder you may write to" in refusal(*command)


def test_without_a_data_directory_keys_are_listed_where_the_key_for_secrets_is_set(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("RELEASERAY_REDIS_URL", str(settings.redis_url))
    monkeypatch.setenv("RELEASERAY_DATA_DIR", "/proc/releaseray")
    monkeypatch.setenv("RELEASERAY_SECRET_KEYS", new_key())
    assert releaseray("keys", "list").exit_code == 0


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("keys", "list")])
def test_a_malformed_key_for_secrets(
    command: tuple[str, ...], settings: Settings, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("RELEASERAY_REDIS_URL", str(settings.redis_url))
    monkeypatch.setenv("RELEASERAY_PORT", "0")
    monkeypatch.setenv("RELEASERAY_SECRET_KEYS", "hunter2")
    line = refusal(*command)
    assert "RELEASERAY_SECRET_KEYS: a secret key is 32 bytes" in line
    assert "hunter2" not in line


def test_a_path_that_does_not_exist(data_dir: Path) -> None:
    assert "there is no folder /no/such/place" in refusal("try", "/no/such/place")
    assert not data_dir.exists()


def test_a_path_that_is_no_repository(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_PORT", "0")
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("RELEASERAY_REDIS_URL", str(settings.redis_url))
    assert "is not a Git repository" in refusal("try", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "eighty"), ("TIER_ALLOWANCES", "many"), ("OUTBOUND_ALLOW", "home")]
)
def test_wrong_settings_are_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"RELEASERAY_{name}", value)
    assert f"RELEASERAY_{name}: " in refusal("serve")


def test_a_database_out_of_reach_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/notes")
    monkeypatch.setenv("RELEASERAY_REDIS_URL", "redis://127.0.0.1:1")
    line = refusal("migrate")
    assert "127.0.0.1:1/notes is out of reach: Connection refused" in line
    assert "hunter2" not in line


def test_a_redis_out_of_reach_is_named_without_its_password(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("RELEASERAY_REDIS_URL", "redis://:hunter2@127.0.0.1:1")
    line = refusal("worker")
    assert "Redis at 127.0.0.1:1 is out of reach" in line
    assert "hunter2" not in line


def test_one_url_without_the_other(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    assert "Set both" in refusal("migrate")


@pytest.mark.parametrize("options", [("--scopes", "read,everything"), ("--name", " "), ("--expires-in-days", "0")])
def test_a_key_that_cannot_be_made(options: tuple[str, str]) -> None:
    result = releaseray("keys", "create", "--name", "x", *options)
    assert result.exit_code == 2
    assert f"Invalid value for '{options[0]}'" in result.stderr


def test_a_key_that_is_not_there(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("RELEASERAY_REDIS_URL", str(settings.redis_url))
    assert "key_nothing not found" in refusal("keys", "revoke", "key_nothing")


def test_every_command_explains_itself() -> None:
    listed = releaseray("--help").output
    for name in main.list_commands(Context(main)):
        assert f"\n  {name} " in listed
        assert len(releaseray(name, "--help").output.splitlines()) > 4


def test_the_version() -> None:
    assert releaseray("--version").output == "ReleaseRay, version 1.0.0\n"


def test_the_openapi_document_needs_no_services() -> None:
    document = json.loads(releaseray("openapi").output)
    assert "/api/drafts/{draftId}" in document["paths"]


def test_a_secret_key_is_one_that_the_settings_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASERAY_SECRET_KEYS", releaseray("secrets", "key").output.strip())
    assert len(Settings().secret_keys) == 1
