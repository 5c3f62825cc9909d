"""Slack, by an incoming webhook (send only) or a bot token (edits in place)."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Self

import httpx
from pydantic import ConfigDict, Field, SecretStr, model_validator

from releaseray.channels import ApiUrl, ChannelConfig, ChannelError, LeftOut, Note, Result, SecretUrl, Token
from releaseray.channels.calls import (
    call,
    cannot_look,
    fingerprint,
    json_object,
    objects,
    sent_at_most_once,
    unchanged,
)
from releaseray.channels.slack_blocks import message

EVENT_TYPE = "releaseray_publication"
PASSING = {
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
}
UNKNOWN_OUTCOME = {"internal_error", "fatal_error", "request_timeout"}
GONE = {"message_not_found"}

ChannelId = Annotated[str, Field(min_length=2, max_length=100, pattern=r"^[#A-Za-z0-9._-]+$")]


class SlackConfig(ChannelConfig):
    """`{"webhookUrl"}`, or `{"botToken", "channelId"}`; `apiUrl` for GovSlack."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"webhookUrl": "https://hooks.slack.com/services/T000/B000/secret"},
                {"botToken": "xoxb-secret", "channelId": "C024BE91L"},
            ],
            "oneOf": [{"required": ["webhookUrl"]}, {"required": ["botToken", "channelId"]}],
            "dependentRequired": {"botToken": ["channelId"], "channelId": ["botToken"]},
        }
    )

    webhook_url: Annotated[SecretUrl | None, LeftOut()] = None
    bot_token: Annotated[Token | None, LeftOut()] = None
    channel_id: Annotated[ChannelId | None, LeftOut()] = None
    api_url: ApiUrl = "https://slack.com/api"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        bot = (self.bot_token is not None, self.channel_id is not None)
        if self.webhook_url is not None and any(bot):
            raise ValueError("give either webhookUrl, or botToken and channelId")
        if self.webhook_url is None and not all(bot):
            raise ValueError("give webhookUrl, or both botToken and channelId")
        return self


class SlackRefusal(ChannelError):
    """Slack's API said `"ok": false`; `code` is its word for why."""

    def __init__(self, code: str, method: str) -> None:
        super().__init__(
            f"Slack refused {method}: {code}", permanent=code not in PASSING, unsure=code in UNKNOWN_OUTCOME
        )
        self.code = code


class Slack:
    """Posts a note as Block Kit."""

    name = "slack"
    setup = 'Send PUT /api/channels/slack with {"webhookUrl"}, or with {"botToken", "channelId"}.'
    audience = "internal"
    Config = SlackConfig

    async def publish(
        self,
        note: Note,
        config: SlackConfig,
        http: httpx.AsyncClient,
        previous: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> Result:
        body = await asyncio.to_thread(message, note)
        if config.webhook_url is not None:
            return await _by_webhook(config.webhook_url, http, body, previous, again)
        return await _Bot(config, http).publish(note, body, previous, again)

    async def test(self, config: SlackConfig, http: httpx.AsyncClient) -> str:
        if config.webhook_url is not None:
            url, hello = config.webhook_url, {"text": "ReleaseRay can post here."}
            await call(http, "Slack", "POST", url.get_secret_value(), json=hello, secrets=[url])
            return "Slack took a test message; a webhook cannot be tried without one."
        who = await _Bot(config, http).ask("auth.test", {})
        return f"The token is valid: {who.get('user', 'a bot')} in {who.get('team', 'a workspace')}."


async def _by_webhook(
    url: SecretStr, http: httpx.AsyncClient, body: dict[str, Any], previous: Mapping[str, Any] | None, again: bool
) -> Result:
    digest = fingerprint(body)
    if previous:
        return unchanged(previous, digest, "Slack's webhooks cannot edit a message; a bot token can.")
    if again:
        raise cannot_look("Slack")
    try:
        await call(http, "Slack", "POST", url.get_secret_value(), json=body, secrets=[url])
    except ChannelError as error:
        raise sent_at_most_once(error, "Slack") from error
    return Result(None, {"digest": digest})


class _Bot:
    """Slack's Web API with one organization's token."""

    def __init__(self, config: SlackConfig, http: httpx.AsyncClient) -> None:
        if config.bot_token is None or config.channel_id is None:
            raise ChannelError("Slack is set up without a bot token.", permanent=True)
        self._token, self._channel = config.bot_token, config.channel_id
        self._api = config.api_url.rstrip("/")
        self._http = http

    async def publish(
        self, note: Note, body: dict[str, Any], previous: Mapping[str, Any] | None, again: bool
    ) -> Result:
        meta = {"event_type": EVENT_TYPE, "event_payload": {"publication": note.key, "version": note.version}}
        body = {**body, "metadata": meta}
        place = await self._place(note, previous, again)
        if place and (result := await self._update(body, *place)):
            return result
        body |= {"channel": self._channel, "unfurl_links": False, "unfurl_media": False}
        answer = await self.ask("chat.postMessage", body)
        if not (answer.get("channel") and answer.get("ts")):
            raise ChannelError("Slack did not say which message it posted.", unsure=True)
        return await self._result(str(answer["channel"]), str(answer["ts"]))

    async def _place(self, note: Note, previous: Mapping[str, Any] | None, again: bool) -> tuple[str, str] | None:
        """Channel and `ts` of the message that is there already, unless the channel was changed since."""
        if previous and previous.get("ts") and previous.get("asked") == self._channel:
            return str(previous["channel"]), str(previous["ts"])
        return await self._find(note.key) if again else None

    async def _find(self, key: str) -> tuple[str, str] | None:
        """The message with this publication's metadata among the channel's latest."""
        query = {"channel": self._channel, "limit": "100", "include_all_metadata": "true"}
        try:
            answer = await self.ask("conversations.history", query, form=True)
        except SlackRefusal as error:
            if error.permanent:
                raise cannot_look("Slack, without the scope channels:history or groups:history,") from error
            raise
        ours = {"event_type": EVENT_TYPE, "publication": key}
        for found in objects(answer, "messages"):
            match found:
                case {"ts": ts, "metadata": {"event_type": kind, "event_payload": {"publication": name}}}:
                    if {"event_type": kind, "publication": name} == ours:
                        return self._channel, str(ts)
        return None

    async def _update(self, body: Mapping[str, Any], channel: str, ts: str) -> Result | None:
        """The edited message; None when somebody deleted it."""
        try:
            await self.ask("chat.update", {**body, "channel": channel, "ts": ts})
        except SlackRefusal as error:
            if error.code in GONE:
                return None
            raise
        return await self._result(channel, ts)

    async def _result(self, channel: str, ts: str) -> Result:
        try:
            link = await self.ask("chat.getPermalink", {"channel": channel, "message_ts": ts}, form=True)
            url = str(link["permalink"]) if link.get("permalink") else None
        except ChannelError:  # The message is there; only its address is not known.
            url = None
        return Result(url, {"channel": channel, "ts": ts, "asked": self._channel})

    async def ask(self, method: str, body: Mapping[str, Any], form: bool = False) -> dict[str, Any]:
        """One call of the Web API, whose reading methods take forms only.

        Raises `SlackRefusal` for its "no", `ChannelError` for trouble on the way.
        """
        request: dict[str, Any] = {"data" if form else "json": dict(body)}
        request["headers"] = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        url = f"{self._api}/{method}"
        response = await call(self._http, "Slack", "POST", url, secrets=[self._token], **request)
        answer = json_object(response, "Slack")
        if answer.get("ok") is not True:
            raise SlackRefusal(str(answer.get("error", "no reason given"))[:200], method)
        return answer


CHANNEL = Slack()
