"""Microsoft Teams, by the webhook of a Workflow: an Adaptive Card, sent at most once."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import ConfigDict

from releaseray.channels import ChannelConfig, ChannelError, Note, Result, SecretUrl
from releaseray.channels.calls import call, cannot_look, fingerprint, reason, sent_at_most_once, unchanged
from releaseray.channels.teams_card import message

# The connectors that Workflows replaced said so in a 200.
FAILED_IN_A_200 = "webhook message delivery failed"


class TeamsConfig(ChannelConfig):
    """`{"webhookUrl"}`: the whole address is a secret, for `sig=` in it is all that is needed to post."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"webhookUrl": "https://acme.webhook.office.com/workflows/secret"}]}
    )

    webhook_url: SecretUrl


class Teams:
    """Posts a note as an Adaptive Card."""

    name = "teams"
    setup = 'Send PUT /api/channels/teams with {"webhookUrl"}, the address that a Workflow in Teams shows.'
    audience = "internal"
    Config = TeamsConfig

    async def publish(
        self,
        note: Note,
        config: TeamsConfig,
        http: httpx.AsyncClient,
        previous: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> Result:
        body = await asyncio.to_thread(message, note)
        digest = fingerprint(body)
        if previous:
            return unchanged(previous, digest, "A Workflow cannot edit a message in Teams.")
        if again:
            raise cannot_look("Teams")
        try:
            await _post(config, http, body)
        except ChannelError as error:
            raise sent_at_most_once(error, "Teams") from error
        return Result(None, {"digest": digest})

    async def test(self, config: TeamsConfig, http: httpx.AsyncClient) -> str:
        hello = Note("test", "ReleaseRay can post here.", "", "", "", "")
        await _post(config, http, message(hello))
        return "The Workflow took a test message; it cannot be tried without one."


async def _post(config: TeamsConfig, http: httpx.AsyncClient, body: Mapping[str, Any]) -> None:
    url = config.webhook_url
    response = await call(http, "Teams", "POST", url.get_secret_value(), json=dict(body), secrets=[url])
    if FAILED_IN_A_200 in response.text[:1000].lower():
        raise ChannelError(f"Teams did not deliver the message: {reason(response, [url])}", unsure=True)


CHANNEL = Teams()
