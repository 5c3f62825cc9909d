"""Channels are found in their folder; their settings are strict and keep their secrets."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.channels.conftest import Vendor

from releaseray.channels import CHANNELS, Note
from releaseray.channels.hosted import Hosted, HostedConfig

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("github", {"token": "ghp_secret_1"}),
    ("github", {"token": "ghp_secret_1", "apiUrl": "https://git.example.com/api/v3"}),
    ("intercom", {"accessToken": "tok_secret_1", "region": "eu", "senderId": 7, "newsfeedId": 9}),
    ("intercom", {"accessToken": "tok_secret_1", "region": "us", "senderId": "7", "newsfeedId": "9"}),
    ("hosted", {}),
    ("slack", {"webhookUrl": "https://hooks.slack.com/services/T/B/secret_1"}),
    ("slack", {"botToken": "xoxb-secret_1", "channelId": "C024BE91L"}),
    ("teams", {"webhookUrl": "https://acme.example/workflows/1?sig=secret_1"}),
]
BAD: list[tuple[str, dict[str, Any]]] = [
    ("github", {}),
    ("github", {"token": ""}),
    ("github", {"token": 5}),
    ("github", {"token": "ghp_secret_1", "api_url": "https://git.example.com"}),
    ("github", {"token": "ghp_secret_1", "apiUrl": "git.example.com"}),
    ("intercom", {"accessToken": "tok_secret_1", "region": "mars", "senderId": 7, "newsfeedId": 9}),
    ("intercom", {"accessToken": "tok_secret_1", "region": "eu", "senderId": 0, "newsfeedId": 9}),
    ("intercom", {"accessToken": "tok_secret_1", "region": "eu", "senderId": True, "newsfeedId": 9}),
    ("hosted", {"url": "https://example.com"}),
    ("slack", {}),
    ("slack", {"botToken": "xoxb-secret_1"}),
    ("slack", {"channelId": "C024BE91L"}),
    ("slack", {"webhookUrl": "https://hooks.slack.com/x", "botToken": "xoxb-secret_1", "channelId": "C024BE91L"}),
    ("slack", {"botToken": "xoxb-secret_1", "channelId": "C0\n24"}),
    ("teams", {"webhookUrl": None}),
]


def test_the_order_is_the_documentations() -> None:
    assert list(CHANNELS) == ["github", "intercom", "hosted", "slack", "teams"]
    assert all(name == channel.name for name, channel in CHANNELS.items())


@pytest.mark.parametrize(("name", "given"), GOOD)
def test_settings_are_kept_whole_and_shown_without_secrets(name: str, given: dict[str, Any]) -> None:
    model = CHANNELS[name].Config
    config = model.model_validate(given)
    assert model.model_validate(config.stored()) == config
    assert {k: str(v) for k, v in config.stored().items()}.items() >= {k: str(v) for k, v in given.items()}.items()
    for shown in (str(config.shown()), repr(config)):
        assert "secret_1" not in shown


@pytest.mark.parametrize(("name", "given"), BAD)
def test_settings_that_are_refused(name: str, given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        CHANNELS[name].Config.model_validate(given)
    assert "secret_1" not in str(caught.value)


def test_the_addresses_that_a_client_names_can_be_checked() -> None:
    slack = CHANNELS["slack"].Config.model_validate({"webhookUrl": "https://hooks.slack.com/services/T/B/x"})
    assert slack.addresses()["webhookUrl"] == "https://hooks.slack.com/services/T/B/x"
    github = CHANNELS["github"].Config.model_validate({"token": "ghp_secret_1", "apiUrl": "https://git.example.com"})
    assert github.addresses() == {"apiUrl": "https://git.example.com"}


async def test_hosted_answers_with_the_page(note: Note, vendor: Vendor) -> None:
    result = await Hosted().publish(note, HostedConfig(), vendor.http)
    assert result.url == note.hosted_url
    assert vendor.requests == []
