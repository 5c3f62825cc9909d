"""Web addresses: a repository's page on its forge, its name there, and the page that compares two tags."""

from urllib.parse import quote, unquote, urlsplit

from releaseray.notes.regexes import regex

_SCP = regex(r"(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9][\w.-]*):(?!/?/)(?P<path>[^\s]+)")
_AZURE_SSH = regex(r"v3/(?P<org>[^/]+)/(?P<project>[^/]+)/(?P<repo>[^/]+)")


def web_url(remote: str) -> str | None:
    """The page of a repository whose remote is given in any form git takes; None for paths and other things.

    An ssh remote's page is taken to be at https on the same host, as all known forges have it.
    """
    host, port, path, scheme = _split(remote)
    path = path.strip("/").removesuffix(".git").strip("/")
    if not host or not path or "/" not in path:
        return None
    if host == "ssh.dev.azure.com" and (azure := _AZURE_SSH.fullmatch(path)):
        return "https://dev.azure.com/{org}/{project}/_git/{repo}".format(**azure.groupdict())
    host = {"ssh.github.com": "github.com", "altssh.bitbucket.org": "bitbucket.org"}.get(host, host)
    return f"{scheme}://{host}{port}/{quote(unquote(path), safe='/~@:+,;=!$()-._')}"


def _split(remote: str) -> tuple[str, str, str, str]:
    """Host, `:port` to be shown, path, and the scheme of the web page."""
    if "://" not in remote:
        match = _SCP.fullmatch(remote)
        return (match["host"].lower(), "", match["path"], "https") if match else ("", "", "", "")
    try:
        parts = urlsplit(remote)
        host, number = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", "", "", ""
    if parts.scheme not in ("http", "https", "ssh", "git", "git+ssh", "ssh+git"):
        return "", "", "", ""
    web = parts.scheme if parts.scheme in ("http", "https") else "https"
    port = f":{number}" if number and parts.scheme in ("http", "https") else ""
    return (f"[{host}]" if ":" in host else host), port, parts.path, web


def whereabouts(remote: str | None, otherwise: str) -> tuple[str, str | None]:
    """A repository's full name and its page, of its remote; without a known page, its other name."""
    page = web_url(remote) if remote else None
    return (name_of(page) if page else otherwise), page


def name_of(page: str) -> str:
    """`owner/name` (with GitLab's subgroups before it) of a repository's page."""
    return unquote(urlsplit(page).path.strip("/"))


def is_github(page: str) -> bool:
    """Whether the page is on github.com itself."""
    return urlsplit(page).hostname == "github.com"


def compare_url(web_url: str | None, from_tag: str, to_tag: str) -> str | None:
    """The forge's page that compares two tags; None when there is no known page.

    GitHub's form is used for unknown hosts: Gitea, Forgejo, Gogs and GitHub Enterprise share it.
    """
    if not web_url:
        return None
    host = urlsplit(web_url).hostname or ""
    older, newer = quote(from_tag, safe=""), quote(to_tag, safe="")
    if "gitlab" in host or host in ("salsa.debian.org", "invent.kde.org", "framagit.org", "code.videolan.org"):
        return f"{web_url}/-/compare/{older}...{newer}"
    if host == "bitbucket.org":
        return f"{web_url}/branches/compare/{newer}%0D{older}"
    if host == "dev.azure.com":
        return f"{web_url}/branchCompare?baseVersion=GT{older}&targetVersion=GT{newer}"
    if host == "git.sr.ht":
        return f"{web_url}/log/{newer}"
    return f"{web_url}/compare/{older}...{newer}"
