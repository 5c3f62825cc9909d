"""How often one address may ask for public pages."""

import math
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from fastapi import Request, Response
from limits import parse_many
from slowapi import Limiter
from slowapi.errors import RateLimitExceeded

from releaseray.web.pages import too_many_requests

Endpoint = Callable[..., Awaitable[Response]]


def address(request: Request) -> str:
    """Whose request it is: the IPv4 address, or the /64 network of the IPv6 address, which is one customer's."""
    host = request.client.host if request.client else "unknown"
    try:
        parsed = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((int(parsed), 64), strict=False)) if isinstance(parsed, IPv6Address) else host


def page_limit(rate: str) -> Callable[[Endpoint], Endpoint]:
    """A decorator that lets an address through so often (`120/minute`), counted over all it decorates together.

    The endpoint must take `request`; a refusal is answered with a page. Counts are kept in this process. Raises
    ValueError for a rate that cannot be read.
    """
    parse_many(rate)
    limiter = Limiter(key_func=address)
    limited_together: Callable[[Endpoint], Endpoint] = limiter.shared_limit(rate, scope="pages")

    def decorate(endpoint: Endpoint) -> Endpoint:
        limited = limited_together(endpoint)

        @wraps(endpoint)
        async def polite(*args: Any, request: Request, **kwargs: Any) -> Response:
            try:
                return await limited(*args, request=request, **kwargs)
            except RateLimitExceeded:
                return too_many_requests(request, _seconds_left(limiter, request))

        return polite

    return decorate


def _seconds_left(limiter: Limiter, request: Request) -> int:
    rate, keys = request.state.view_rate_limit
    ends = limiter.limiter.get_window_stats(rate, *keys).reset_time
    return max(1, math.ceil(ends - time.time()))
