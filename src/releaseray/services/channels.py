"""Setting up channels, with their secrets sealed, and trying them."""

import json
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.channels import CHANNELS, ChannelConfig, ChannelError
from releaseray.db import UnitOfWork
from releaseray.errors import Conflict, NotFound
from releaseray.models import ChannelSetup
from releaseray.repositories.channels import ChannelSetups
from releaseray.secrets import SecretLost
from releaseray.services.runtime import Runtime
from releaseray.services.webhooks import check_address

HOSTED = "hosted"


async def set_up(runtime: Runtime, uow: UnitOfWork, org_id: str, channel: str, config: ChannelConfig) -> ChannelSetup:
    """Keep the settings of a channel, in place of earlier ones.

    Raises `Conflict`, naming the field, for an address that this server must not call.
    """
    for field, url in config.addresses().items():
        await check_address(runtime, field, url)
    sealed = runtime.secrets.seal(json.dumps(config.stored()))
    return await ChannelSetups(uow.session, org_id).put(channel, sealed)


async def get(session: AsyncSession, org_id: str, channel: str) -> ChannelSetup:
    """How a channel is set up; raises `NotFound`, saying how to."""
    found = await ChannelSetups(session, org_id).find(channel)
    if found is None:
        raise NotFound(not_set_up(channel))
    return found


def not_set_up(channel: str) -> str:
    """What to tell who wants to use a channel that is not set up."""
    return f"The channel {channel} is not set up. {CHANNELS[channel].setup}".strip()


def opened(runtime: Runtime, setup: ChannelSetup) -> ChannelConfig:
    """The settings with their secrets. Raises `Conflict` when they cannot be read any more."""
    try:
        stored = json.loads(runtime.secrets.open(setup.sealed_config))
    except SecretLost as problem:
        raise Conflict(f"The settings of the channel {setup.channel} are lost: {problem}.") from problem
    return CHANNELS[setup.channel].Config.model_validate(stored)


def shown(runtime: Runtime, setup: ChannelSetup) -> dict[str, Any]:
    """The settings without their secrets; none when they cannot be read any more."""
    try:
        return opened(runtime, setup).shown()
    except Conflict:
        return {}


async def remove(uow: UnitOfWork, org_id: str, channel: str) -> None:
    """Forget the settings of a channel; raises `NotFound`."""
    if not await ChannelSetups(uow.session, org_id).delete(channel):
        raise NotFound(not_set_up(channel))


async def try_out(runtime: Runtime, org_id: str, channel: str) -> tuple[bool, str]:
    """Whether the channel answers as it is set up, and what it says. Raises `NotFound`, `Conflict`."""
    async with runtime.database.reading() as session:
        setup = await get(session, org_id, channel)
    try:
        return True, await CHANNELS[channel].test(opened(runtime, setup), runtime.vendors)
    except ChannelError as problem:
        return False, problem.message
