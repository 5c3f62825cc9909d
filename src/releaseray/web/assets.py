"""Files that pages load, under names that change with their content, so that browsers may keep them for good."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType

from fastapi import APIRouter, HTTPException, Request, Response

from releaseray.web.answers import SAFE_HEADERS

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
SOURCES = {
    "site.css": "releaseray.web",
    "icon.svg": "releaseray.web",
    "docs.css": "releaseray.web",
    "docs.js": "releaseray.web",
    "swagger-ui.css": "fastapi_offline",
    "swagger-ui-bundle.js": "fastapi_offline",
}
"""The packages whose `static` folder holds a file."""


@dataclass(frozen=True)
class Asset:
    """A file as it is served."""

    name: str
    content: bytes

    @cached_property
    def path(self) -> str:
        """Where it is served, below the root of this server."""
        stem, _, suffix = self.name.rpartition(".")
        return f"/assets/{stem}.{sha256(self.content).hexdigest()[:16]}.{suffix}"

    @cached_property
    def packed(self) -> bytes:
        """The content, gzipped the first time it is asked for."""
        return gzip.compress(self.content, mtime=0)

    @property
    def media_type(self) -> str:
        """What the name's ending stands for."""
        return MEDIA_TYPES[self.name.rpartition(".")[2]]


def _found() -> Mapping[str, Asset]:
    contents = {name: files(package).joinpath("static", name).read_bytes() for name, package in SOURCES.items()}
    return MappingProxyType({name: Asset(name, content) for name, content in contents.items()})


ASSETS: Mapping[str, Asset] = _found()


def assets_router() -> APIRouter:
    """`/assets/…`, where pages find their stylesheets and scripts, and the icon where browsers look for it."""
    router = APIRouter(include_in_schema=False)
    by_path = {asset.path: asset for asset in ASSETS.values()}

    @router.api_route("/assets/{name}", methods=["GET", "HEAD"])
    async def asset(request: Request, name: str) -> Response:
        if (found := by_path.get(f"/assets/{name}")) is None:
            raise HTTPException(404)
        return _served(request, found, "public, max-age=31536000, immutable")

    @router.api_route("/favicon.ico", methods=["GET", "HEAD"])
    async def icon(request: Request) -> Response:
        return _served(request, ASSETS["icon.svg"], "public, max-age=86400")

    return router


def _served(request: Request, asset: Asset, cache_control: str) -> Response:
    headers = {**SAFE_HEADERS, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, headers=headers, media_type=asset.media_type)
    return Response(asset.content, headers=headers, media_type=asset.media_type)
