"""HTML pages in one look: templates, policy, and the pages for what went wrong."""

import re
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from releaseray.markdown import anchor_of, excerpt, printable
from releaseray.services.publishing import permalink
from releaseray.web.answers import PAGE_POLICY, answer
from releaseray.web.assets import ASSETS

FRESH = "public, max-age=60"


def _day(when: datetime) -> str:
    return f"{when.day} {when:%B %Y}"


def _breakable(version: str) -> Markup:
    """The version, with leave to break the line after a slash or an at sign rather than within a number."""
    return Markup("<wbr>").join(re.split(r"(?<=[/@])(?=.)", version))


def _make_templates() -> Environment:
    made = Environment(
        loader=PackageLoader("releaseray.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": _day, "breakable": _breakable, "anchor": anchor_of, "excerpt": excerpt}
    made.globals |= {"assets": ASSETS, "permalink": permalink}
    return made


_TEMPLATES = _make_templates()


def prefix(request: Request) -> str:
    """What the paths of this server begin with: "", or the path a proxy serves it under."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def server_address(request: Request) -> str:
    """Where this server is by the request's own account, its prefix included."""
    return f"{request.base_url.scheme}://{request.base_url.netloc}{prefix(request)}"


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    modified: datetime | None = None,
    policy: str = PAGE_POLICY,
    cache: str = FRESH,
    **context: Any,
) -> Response:
    """The page that `template` makes of `context`; every template also gets `root` (the paths' prefix) and `status`."""
    html = _TEMPLATES.get_template(template).render(root=prefix(request), status=status, **context)
    headers = {"Content-Security-Policy": policy, "Cache-Control": cache}
    return answer(request, printable(html), "text/html; charset=utf-8", headers, status=status, modified=modified)


def not_found(request: Request) -> Response:
    """The page for an address that leads nowhere."""
    return page(
        request,
        "message.html",
        status=404,
        cache="no-cache",
        title="Page not found",
        text="There is no page at this address. It may have moved, or the link may be mistyped.",
    )


def too_many_requests(request: Request, retry_after: int) -> Response:
    """The page for an address that asks too often; `retry_after` is in whole seconds."""
    response = page(
        request,
        "message.html",
        status=429,
        cache="no-store",
        title="Too many requests",
        text=f"This address has asked for many pages in a short time. Please try again in {retry_after} seconds.",
    )
    response.headers["Retry-After"] = str(retry_after)
    return response
