"""The public changelog of a repository: a page, a permalink a version, and three feeds."""

from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from releaseray.markdown import printable
from releaseray.web.answers import PAGE_POLICY, answer
from releaseray.web.feeds import atom, json_feed, rss
from releaseray.web.limits import page_limit
from releaseray.web.pages import FRESH, not_found, page, prefix, server_address
from releaseray.web.reading import Changelog, ChangelogReader

NOTES_A_PAGE = 20
LAST_PAGE = 10_000
LONGEST_NAME = 255
FEED_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cache-Control": FRESH,
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
FEEDS: dict[str, tuple[Callable[[Changelog, str, str], bytes], str]] = {
    "rss": (rss, "application/rss+xml; charset=utf-8"),
    "atom": (atom, "application/atom+xml; charset=utf-8"),
    "json": (json_feed, "application/feed+json; charset=utf-8"),
}


def changelog_router(read: ChangelogReader, *, rate: str, public_url: str | None = None) -> APIRouter:
    """The routes below `/changelog`.

    `rate` is how often one address may ask, e.g. `120/minute`; ValueError when it cannot be read. `public_url`,
    without a trailing slash, begins the absolute addresses in feeds and page heads; without it they begin with
    what the request says.
    """
    router = APIRouter(include_in_schema=False, prefix="/changelog")
    limited = page_limit(rate)

    def home(request: Request, slug: str) -> str:
        return (public_url or server_address(request)) + _path(slug)

    @router.api_route("/{slug}", methods=["GET", "HEAD"])
    @limited
    async def changelog(request: Request, slug: str) -> Response:
        number = _page_number(request)
        if number is None or not _is_name(slug):
            return not_found(request)
        found = await read.page(slug, limit=NOTES_A_PAGE, offset=(number - 1) * NOTES_A_PAGE)
        if found is None or (number > 1 and not found.notes):
            return not_found(request)
        return page(
            request,
            "changelog.html",
            modified=found.modified,
            repository=found.repository,
            notes=found.notes,
            number=number,
            pages=max(1, -(-found.total // NOTES_A_PAGE)),
            home=prefix(request) + _path(slug),
            absolute=home(request, slug),
        )

    @router.api_route("/{slug}/feed.{kind}", methods=["GET", "HEAD"])
    @limited
    async def feed(request: Request, slug: str, kind: str) -> Response:
        found = None
        if kind in FEEDS and _is_name(slug):
            found = await read.page(slug, limit=NOTES_A_PAGE, offset=0)
        if found is None:
            return not_found(request)
        write, media_type = FEEDS[kind]
        absolute = home(request, slug)
        body = write(found, absolute, f"{absolute}/feed.{kind}")
        return answer(request, body, media_type, FEED_HEADERS, modified=found.modified)

    @router.api_route("/{slug}/releases/{version:path}", methods=["GET", "HEAD"])
    @limited
    async def release(request: Request, slug: str, version: str) -> Response:
        found = await read.note(slug, version) if _is_name(slug) and _is_name(version) else None
        if found is None:
            return _elsewhere(request)
        return page(
            request,
            "release.html",
            modified=found.note.updated_at,
            repository=found.repository,
            note=found.note,
            newer=found.newer,
            older=found.older,
            home=prefix(request) + _path(slug),
            absolute=home(request, slug),
        )

    @router.api_route("/{rest:path}", methods=["GET", "HEAD"])
    @limited
    async def elsewhere(request: Request) -> Response:
        return _elsewhere(request)

    return router


def _path(slug: str) -> str:
    return f"/changelog/{quote(slug, safe='')}"


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and printable(text) == text


def _page_number(request: Request) -> int | None:
    typed = request.query_params.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    return number if 0 < number <= LAST_PAGE else None


def _elsewhere(request: Request) -> Response:
    """A missing page; an address with a slash too many leads to the one without."""
    path = request.url.path
    if path.endswith("/") and path.rstrip("/") != f"{prefix(request)}/changelog":
        return RedirectResponse(path.rstrip("/"), status_code=308)
    return not_found(request)
