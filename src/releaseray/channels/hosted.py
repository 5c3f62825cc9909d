"""The public page of this server: nothing to call, for the page is served from the publication itself."""

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import ConfigDict

from releaseray.channels import ChannelConfig, ChannelError, Note, Result


class HostedConfig(ChannelConfig):
    """There is nothing to set up."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class Hosted:
    """Answers with the address of the page; whoever serves the page stores the note."""

    name = "hosted"
    setup = ""
    audience = "customer"
    Config = HostedConfig

    async def publish(
        self,
        note: Note,
        config: HostedConfig,
        http: httpx.AsyncClient,
        previous: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> Result:
        if note.hosted_url is None:
            raise ChannelError("This server has no public address to show the page at.", permanent=True)
        return Result(note.hosted_url)

    async def test(self, config: HostedConfig, http: httpx.AsyncClient) -> str:
        return "The hosted page needs no set-up."


CHANNEL = Hosted()
