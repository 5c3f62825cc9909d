"""A repository's tags through GitHub's API: a hundred a call by GraphQL, one by one without."""

from datetime import datetime
from typing import Any

from releaseray.github import GitHubApi, GitHubError, Kind, together
from releaseray.notes.history import Tag

MAX_PAGES = 200
TAG = "... on Tag { tagger { date } target { oid __typename ... on Commit { committedDate } } }"
QUERY = (
    "query($owner: String!, $name: String!, $after: String) { repository(owner: $owner, name: $name) { "
    'refs(refPrefix: "refs/tags/", first: 100, after: $after) { pageInfo { hasNextPage endCursor } '
    f"nodes {{ name target {{ oid __typename ... on Commit {{ committedDate }} {TAG} }} }} }} }} }}"
)


async def read_tags(api: GitHubApi, full_name: str, *, graphql: bool) -> list[Tag]:
    """Every tag that leads to a commit, newest first, ties by name. Raises `GitHubError`."""
    found: list[Tag | None] = []
    try:
        if graphql:
            found = await _by_graphql(api, full_name)
    except GitHubError as error:
        if error.kind not in (Kind.NOT_FOUND, Kind.INVALID):
            raise
        graphql = False
    if not graphql:
        found = await _by_rest(api, full_name)
    return sorted((tag for tag in found if tag), key=lambda tag: (-tag.date, tag.name))


def seconds(date: Any) -> int | None:
    """Unix seconds of a date as GitHub writes it, None for anything else."""
    try:
        return int(datetime.fromisoformat(str(date)).timestamp())
    except ValueError:
        return None


async def _by_graphql(api: GitHubApi, full_name: str) -> list[Tag | None]:
    owner, _, name = full_name.partition("/")
    found: list[Tag | None] = []
    after: str | None = None
    for _ in range(MAX_PAGES):
        data = await api.graphql(QUERY, full_name, {"owner": owner, "name": name, "after": after})
        match data:
            case {"repository": {"refs": {"nodes": list(nodes), "pageInfo": dict(page)}}}:
                found += [_from_node(node) for node in nodes]
                if not page.get("hasNextPage"):
                    return found
                after = page.get("endCursor")
            case _:
                raise GitHubError("GitHub gave an answer that cannot be read.", Kind.BROKEN)
    return found


def _from_node(node: Any) -> Tag | None:
    match node:
        case {"name": str(name), "target": {"__typename": "Commit", "oid": str(sha), "committedDate": date}}:
            return Tag(name, sha, seconds(date) or 0)
        case {"name": str(name), "target": {"target": {"__typename": "Commit", "oid": str(sha)} as commit} as tag}:
            tagged = seconds((tag.get("tagger") or {}).get("date"))
            return Tag(name, sha, tagged or seconds(commit.get("committedDate")) or 0)
    return None


async def _by_rest(api: GitHubApi, full_name: str) -> list[Tag | None]:
    path = f"/repos/{full_name}/git"
    pages = api.pages(f"{path}/matching-refs/tags/", full_name, most=MAX_PAGES)
    refs = [ref async for page in pages for ref in page]
    return await together(*(_from_ref(api, path, full_name, ref) for ref in refs))


async def _from_ref(api: GitHubApi, path: str, full_name: str, ref: Any) -> Tag | None:
    """The tag behind a ref, an annotated one with its own date; None when it does not lead to a commit."""
    match ref:
        case {"ref": str(name), "object": {"type": str(kind), "sha": str(sha)}}:
            date: int | None = None
            while kind == "tag":
                match await api.get(f"{path}/tags/{sha}", full_name):
                    case {"object": {"type": str(kind), "sha": str(sha)}} as tag:
                        date = date or seconds((tag.get("tagger") or {}).get("date"))
                    case _:
                        return None
            if kind == "commit":
                date = date or await _commit_date(api, f"{path}/commits/{sha}", full_name)
                return Tag(name.removeprefix("refs/tags/"), sha, date or 0)
    return None


async def _commit_date(api: GitHubApi, path: str, full_name: str) -> int | None:
    match await api.get(path, full_name):
        case {"committer": {"date": date}}:
            return seconds(date)
    return None
