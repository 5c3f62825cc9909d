"""API keys: their format, and making, rotating and revoking them."""

import hashlib
import secrets
import zlib
from datetime import datetime, timedelta
from enum import StrEnum

from releaseray.db import UnitOfWork
from releaseray.errors import Conflict
from releaseray.models import ApiKey, now
from releaseray.models.base import ALPHABET, base62
from releaseray.repositories.organizations import Keys

PREFIX = "rr_live_"
_RANDOM_DIGITS = 32
_CHECKSUM_DIGITS = 6


class Scope(StrEnum):
    """What a key may be used for."""

    READ = "read"
    WRITE = "write"
    PUBLISH = "publish"
    RELEASES = "releases"
    ADMIN = "admin"


DEFAULT_SCOPES = tuple(scope for scope in Scope if scope is not Scope.ADMIN)


def new_secret() -> str:
    """A fresh key: prefix, 190 random bits in base 62, and a checksum that scanners and `well_formed` can verify."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_DIGITS))
    return body + _checksum(body)


def well_formed(secret: str) -> bool:
    """Whether the text can be a key at all; costs no I/O."""
    body, checksum = secret[:-_CHECKSUM_DIGITS], secret[-_CHECKSUM_DIGITS:]
    return (
        len(body) >= len(PREFIX) + _RANDOM_DIGITS
        and body.startswith(PREFIX)
        and body.isascii()
        and secrets.compare_digest(_checksum(body).encode(), checksum.encode())
    )


def digest(secret: str) -> bytes:
    """What is stored and looked up in place of the key. Keys are random, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


def _checksum(body: str) -> str:
    return base62(zlib.crc32(body.encode()), _CHECKSUM_DIGITS)


async def create(
    uow: UnitOfWork,
    org_id: str,
    name: str,
    scopes: tuple[Scope, ...] = DEFAULT_SCOPES,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is nowhere kept. Raises `Conflict` for an `expires_at` that has passed."""
    if expires_at is not None and expires_at <= now():
        raise Conflict("expiresAt: has passed already", {"expiresAt": "has passed already"})
    secret = new_secret()
    key = ApiKey(
        org_id=org_id,
        name=name,
        digest=digest(secret),
        last_four=secret[-4:],
        scopes=[scope.value for scope in Scope if scope in scopes],
        expires_at=expires_at,
    )
    uow.session.add(key)
    await uow.session.flush()
    return key, secret


async def revoke(uow: UnitOfWork, org_id: str, key_id: str) -> ApiKey:
    """End a key for good; raises `NotFound`."""
    key = await Keys(uow.session, org_id).get(key_id)
    key.revoked_at = now()
    uow.session.add(key)
    return key


async def rotate(uow: UnitOfWork, org_id: str, key_id: str, grace: timedelta) -> tuple[ApiKey, str]:
    """A successor with the same name, scopes and lifetime; the old key works on until `grace` has passed.

    Raises `NotFound`, and `Conflict` for a key that has a successor: it ends with its grace period, and another
    successor would end no later.
    """
    old = await Keys(uow.session, org_id).get(key_id, locked=True)
    if old.successor_id is not None:
        raise Conflict(f"Key {key_id} was rotated already, to {old.successor_id}. Rotate that one, or make a new key.")
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    scopes = tuple(Scope(scope) for scope in old.scopes)
    made = await create(uow, org_id, old.name, scopes, now() + lifetime if lifetime else None)
    old.successor_id = made[0].id
    ends = now() + grace
    old.expires_at = min(old.expires_at, ends) if old.expires_at else ends
    uow.session.add(old)
    return made
