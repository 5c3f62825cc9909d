"""Where drafts go: one module a channel, each a `CHANNEL` that publishes a note and knows no database."""

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Protocol, TypeVar, cast

import httpx
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, SecretStr
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

_ADDRESS, _TOKEN = r"^https?://[!-~]+$", r"^[!-~]+$"


def _plain(secret: SecretStr) -> SecretStr:
    if re.fullmatch(_TOKEN, secret.get_secret_value()) is None:
        raise ValueError("must be ASCII without spaces")
    return secret


def _address(secret: SecretStr) -> SecretStr:
    if re.fullmatch(_ADDRESS, secret.get_secret_value()) is None:
        raise ValueError("must be an address that begins with https:// or http://")
    return secret


Token = Annotated[
    SecretStr,
    AfterValidator(_plain),
    Field(min_length=8, max_length=500, json_schema_extra={"pattern": _TOKEN}),
]
"""A secret that travels in a header."""
SecretUrl = Annotated[
    SecretStr,
    AfterValidator(_address),
    Field(min_length=8, max_length=2048, json_schema_extra={"pattern": _ADDRESS}),
]
"""An address that is all it takes to post."""
ApiUrl = Annotated[str, Field(pattern=_ADDRESS, max_length=2048)]
"""Where a vendor's API is."""


class LeftOut:
    """Marks a field that may be left out, but is not `null` when it is there."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        nullable: Any = handler(source)
        return cast(CoreSchema, nullable["schema"])


SEED_ORDER = ("github", "intercom", "hosted", "slack", "teams")


class ChannelConfig(BaseModel):
    """What a client sets up for a channel: camelCase, strict, nothing undocumented; secrets are `SecretStr`."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
    )

    def stored(self) -> dict[str, Any]:
        """Everything, secrets in clear and camelCase: to be encrypted, and read back by `model_validate`."""
        values = self.model_dump(by_alias=True, exclude_none=True)
        return {k: v.get_secret_value() if isinstance(v, SecretStr) else v for k, v in values.items()}

    def shown(self) -> dict[str, Any]:
        """What a client may read back: everything but the secrets."""
        values = self.model_dump(by_alias=True, exclude_none=True)
        return {k: v for k, v in values.items() if not isinstance(v, SecretStr)}

    def addresses(self) -> dict[str, str]:
        """Every address that the client names, by field: each to be checked before it is kept."""
        return {name: value for name, value in self.stored().items() if name.endswith("Url")}


@dataclass(frozen=True, slots=True)
class Note:
    """A draft as a channel sees it.

    `key` names the publication (its id) so that it can be found again. `version` is the tag. `full_name` is the
    repository's `owner/name`, `web_url` its page on its forge. `compare_url` and `hosted_url` (the whole note on
    this server) are None where there is none; `highlights` are plain lines, best first. `sha` is the tag's commit.
    `draft` asks GitHub for a draft release; other channels ignore it.
    """

    key: str
    title: str
    version: str
    body_md: str
    persona: str
    full_name: str
    web_url: str | None = None
    compare_url: str | None = None
    hosted_url: str | None = None
    highlights: tuple[str, ...] = ()
    sha: str | None = None
    prerelease: bool = False
    draft: bool = False

    @property
    def heading(self) -> str:
        """The title, or the version where there is none."""
        return self.title.strip() or self.version

    @property
    def whole_url(self) -> str | None:
        """Where the reader of a shortened copy finds the rest."""
        return self.hosted_url or self.compare_url or self.web_url


@dataclass(frozen=True, slots=True)
class Result:
    """Where the note can be read (None where the vendor gives no address), and `external`: JSON-ready facts to
    keep and to hand back as `previous` when the same draft, tag or page is published again."""

    url: str | None
    external: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


class ChannelError(Exception):
    """The vendor did not take the note; `message` is for the user, with the vendor's reason and no secret.

    `permanent`: trying again cannot help, or might publish twice. `retry_after`: the vendor's wish in seconds.
    `unsure`: the vendor may have taken the note all the same, so the next call must say `again`. `status`: the
    HTTP status of the vendor's answer, None without one.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        permanent: bool = False,
        unsure: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after
        self.permanent = permanent
        self.unsure = unsure
        self.status = status


Config_contra = TypeVar("Config_contra", bound=ChannelConfig, contravariant=True)


class Channel(Protocol[Config_contra]):
    """A place where notes are published. One object serves all organizations, so it holds no state."""

    @property
    def name(self) -> str:
        """The word the API uses, e.g. `slack`."""

    @property
    def setup(self) -> str:
        """One sentence that tells a user how to set this channel up; "" where there is nothing to set up."""

    @property
    def audience(self) -> str:
        """The persona whose drafts its readers want, unless they say otherwise."""

    @property
    def Config(self) -> type[ChannelConfig]:
        """The model of the channel's settings."""

    async def publish(
        self,
        note: Note,
        config: Config_contra,
        http: httpx.AsyncClient,
        previous: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> Result:
        """Publish, or update what `previous` (an earlier `Result.external`) points at. Raises `ChannelError`.

        `again`: an earlier call for this publication ended without a known outcome (the process died, or the error
        was `unsure`). Then what is there is looked up first; where the vendor has no way to look, the answer is a
        permanent error, never a second copy.
        """

    async def test(self, config: Config_contra, http: httpx.AsyncClient) -> str:
        """Try the settings with the least visible call there is; one sentence on what was found.

        Raises `ChannelError`.
        """


def _found() -> Mapping[str, Channel[Any]]:
    """Every `CHANNEL` in this folder, in the order of the API's documentation; others follow by name."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    channels: list[Channel[Any]] = [module.CHANNEL for module in modules if hasattr(module, "CHANNEL")]
    places = {name: place for place, name in enumerate(SEED_ORDER)}
    channels.sort(key=lambda channel: (places.get(channel.name, len(places)), channel.name))
    return MappingProxyType({channel.name: channel for channel in channels})


CHANNELS: Mapping[str, Channel[Any]] = _found()
