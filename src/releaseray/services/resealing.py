"""Sealing all that is stored sealed with the newest key, so that an older one can be given up."""

from typing import NamedTuple

from releaseray.db import UnitOfWork
from releaseray.repositories import sealed
from releaseray.secrets import SecretBox, SecretLost


class Resealed(NamedTuple):
    """How many secrets are sealed with the newest key now, and how many no key opens."""

    done: int
    lost: int


async def reseal(uow: UnitOfWork, box: SecretBox) -> Resealed:
    """Seal every secret anew; what no key opens stays as it is."""
    done = lost = 0
    for secret in await sealed.everything(uow.session):
        try:
            text = box.reseal(secret.text)
        except SecretLost:
            lost += 1
            continue
        await sealed.replace(uow.session, secret, text)
        done += 1
    return Resealed(done, lost)
