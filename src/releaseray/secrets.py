"""Secrets at rest: sealed with the newest key, opened with any, and the key that is made when none is set."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

KEY_FILE = "secret.key"


class SecretLost(Exception):
    """None of the keys opens it: it was sealed with a key that is gone, or was changed since."""


class SecretBox:
    """Seals and opens short texts. `keys` are Fernet keys, newest first; raises `ValueError` for anything else."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("at least one key is needed")
        try:
            self._fernet = MultiFernet([Fernet(key.strip()) for key in keys])
        except ValueError as error:
            raise ValueError(
                "a secret key is 32 bytes in URL-safe base64, as `releaseray secrets key` makes"
            ) from error

    def seal(self, text: str) -> str:
        """The text, encrypted and authenticated with the newest key."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text again. Raises `SecretLost`."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SecretLost("the secret cannot be opened with the keys of this server; set it again") from error

    def reseal(self, sealed: str) -> str:
        """The same secret, sealed with the newest key. Raises `SecretLost`."""
        try:
            return self._fernet.rotate(sealed.encode()).decode("ascii")
        except InvalidToken as error:
            raise SecretLost("the secret cannot be opened with the keys of this server; set it again") from error


def new_key() -> str:
    """A fresh key for the settings."""
    return Fernet.generate_key().decode("ascii")


def open_box(keys: Sequence[str], data_dir: Path) -> SecretBox:
    """The box of this server: the keys of the settings, then the one in the data directory.

    Without any key, one is made there, once, however many processes ask at the same time. Raises `ValueError` for
    a malformed key, `OSError` when the directory cannot be written.
    """
    path = data_dir / KEY_FILE
    if not keys and not path.exists():
        _make_key(path)
    kept = [path.read_text("ascii")] if path.exists() else []
    return SecretBox([*keys, *kept])


def _make_key(path: Path) -> None:
    """Write the key whole to a file of its own, then give it the name, which only the first to come gets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{KEY_FILE}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_key())
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
