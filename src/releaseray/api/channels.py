"""Channels: set up, look, try, remove; each channel has paths of its own, for its settings are its own."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from releaseray.api.auth import CurrentCaller
from releaseray.api.endpoint import CurrentRuntime, Endpoint, Uow
from releaseray.api.paging import Paging, envelope
from releaseray.api.responses import responses, scoped
from releaseray.api.schemas.channels import Channel, ChannelList, ChannelRemoved, ChannelTest
from releaseray.channels import CHANNELS, ChannelConfig
from releaseray.models import ChannelSetup
from releaseray.repositories.channels import ChannelSetups
from releaseray.services import channels
from releaseray.services.keys import Scope
from releaseray.services.runtime import Runtime

router = APIRouter(prefix="/channels", tags=["channels"], route_class=Endpoint)


def _shown(runtime: Runtime, setup: ChannelSetup) -> Channel:
    return Channel.model_validate({**setup.model_dump(), "settings": channels.shown(runtime, setup)})


@router.get("", name="list", dependencies=scoped(Scope.READ), responses=responses())
async def list_channels(
    request: Request, response: Response, caller: CurrentCaller, runtime: CurrentRuntime, page: Paging
) -> ChannelList:
    """Get the channels that are set up. The hosted page needs no set-up."""
    async with runtime.database.reading() as session:
        found = await ChannelSetups(session, caller.org_id).list(page)
    items = [_shown(runtime, item) for item in found.items]
    return ChannelList.model_validate(envelope(request, response, "channels", items, found.total, page))


def _get(channel: str) -> Callable[..., Awaitable[Channel]]:
    async def get_channel(caller: CurrentCaller, runtime: CurrentRuntime) -> Channel:
        """See how the channel is set up, without its secrets."""
        async with runtime.database.reading() as session:
            return _shown(runtime, await channels.get(session, caller.org_id, channel))

    return get_channel


def _put(channel: str, config: type[ChannelConfig]) -> Callable[..., Awaitable[Channel]]:
    async def put_channel(caller: CurrentCaller, runtime: CurrentRuntime, uow: Uow, body: Any) -> Channel:
        """Set the channel up, in place of how it was. Its secrets are kept encrypted and never shown."""
        return _shown(runtime, await channels.set_up(runtime, uow, caller.org_id, channel, body))

    put_channel.__annotations__["body"] = config
    return put_channel


def _delete(channel: str) -> Callable[..., Awaitable[ChannelRemoved]]:
    async def delete_channel(caller: CurrentCaller, uow: Uow) -> ChannelRemoved:
        """Forget how the channel is set up. What was published there stays."""
        await channels.remove(uow, caller.org_id, channel)
        return ChannelRemoved(channel=channel)

    return delete_channel


def _test(channel: str) -> Callable[..., Awaitable[ChannelTest]]:
    async def test_channel(caller: CurrentCaller, runtime: CurrentRuntime) -> ChannelTest:
        """Try the channel with the least visible call there is; webhooks cannot be tried without a message."""
        ok, message = await channels.try_out(runtime, caller.org_id, channel)
        return ChannelTest(channel=channel, ok=ok, message=message)

    return test_channel


def _add(channel: str, config: type[ChannelConfig]) -> None:
    path, name = f"/{channel}", channel.capitalize()
    read, write = scoped(Scope.READ), scoped(Scope.WRITE)
    router.get(path, name=f"get{name}", dependencies=read, responses=responses(404))(_get(channel))
    router.put(path, name=f"put{name}", dependencies=write, responses=responses(409, 413))(_put(channel, config))
    router.delete(path, name=f"delete{name}", dependencies=write, responses=responses(404))(_delete(channel))
    router.post(f"{path}/test", name=f"test{name}", dependencies=write, responses=responses(404, 409))(_test(channel))


for _name, _channel in CHANNELS.items():
    _add(_name, _channel.Config)
