"""The addresses of one GitHub: its API's base, and the site whose pages and clones go with it."""

import httpx

DEFAULT_URL = "https://api.github.com"
ENTERPRISE_PATH = "/api/v3"


def api_base(written: str) -> str:
    """The one spelling of an API's base that another is compared with: scheme and host in lower case, no default
    port, no slash at the end. Raises `httpx.InvalidURL`."""
    return str(httpx.URL(written.strip())).rstrip("/")


def web_base(api_url: str) -> str:
    """The site that belongs to an API: github.com, `https://HOST` of an Enterprise Server's `https://HOST/api/v3`,
    `https://NAME.ghe.com` of `https://api.NAME.ghe.com` (GitHub Enterprise Cloud with data residency)."""
    url = httpx.URL(api_url)
    if url.host == "api.github.com" or (url.host.startswith("api.") and url.host.endswith(".ghe.com")):
        return f"{url.scheme}://{url.netloc.decode('ascii').removeprefix('api.')}"
    return api_url.rstrip("/").removesuffix(ENTERPRISE_PATH)
