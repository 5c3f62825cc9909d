"""What was published to the hosted channel, read from a real database."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from releaseray.models import Draft, HostedNote, Organization, ReleaseRange, Repository, new_id
from releaseray.repositories.publications import put_hosted
from releaseray.web.published import PublishedNotes
from tests.conftest import Server

DAY = datetime(2025, 11, 3, tzinfo=UTC)


@pytest.fixture
def published(server: Server) -> PublishedNotes:
    return PublishedNotes(server.runtime.database)


@pytest.fixture
def publish(server: Server) -> Callable[..., str]:
    """Connect a repository of its own and publish these (version, version key) pairs; its slug."""

    async def make(versions: tuple[tuple[str, str], ...]) -> str:
        async with server.runtime.database.unit_of_work() as uow:
            organization = Organization(name="Acme", tier="growth")
            uow.session.add(organization)
            await uow.session.flush()
            slug = new_id("x").replace("_", "-").lower()
            repo = Repository(
                org_id=organization.id, full_name="acme/myapp", default_branch="main", location=slug, slug=slug
            )
            uow.session.add(repo)
            await uow.session.flush()
            for version, key in versions:
                release_range = ReleaseRange(
                    org_id=organization.id, repo_id=repo.id, from_tag="v0", to_tag=version, from_sha=None,
                    to_sha="0" * 40, compare_url=None, pr_count=0, issue_count=0, version_key=key,
                )  # fmt: skip
                uow.session.add(release_range)
                await uow.session.flush()
                draft = Draft(org_id=organization.id, range_id=release_range.id, persona="engineer")
                uow.session.add(draft)
                await uow.session.flush()
                note = HostedNote(
                    repo_id=repo.id, version=version, version_key=key, draft_id=draft.id, compare_url=None,
                    body_md="Hello.", html="<p>Hello.</p>\n", published_at=DAY, updated_at=DAY,
                )  # fmt: skip
                await put_hosted(uow.session, note)
            return slug

    return lambda *versions: str(server.run(make(versions)))


def test_notes_come_newest_version_first(
    server: Server, published: PublishedNotes, publish: Callable[..., str]
) -> None:
    slug = publish(("v1", "1"), ("v10", "9"), ("v2", "2"))
    page = server.run(published.page(slug, limit=2, offset=0))
    assert [note.version for note in page.notes] == ["v10", "v2"]
    assert (page.total, page.repository.name) == (3, "acme/myapp")
    assert page.notes[0].body_html == "<p>Hello.</p>\n"
    assert page.modified == DAY
    rest = server.run(published.page(slug, limit=2, offset=2))
    assert [note.version for note in rest.notes] == ["v1"]


def test_neighbours_follow_the_order_of_the_page_also_where_versions_tie(
    server: Server, published: PublishedNotes, publish: Callable[..., str]
) -> None:
    slug = publish(("c", "1"), ("a", "1"), ("b", "1"), ("z", "0"), ("y", "2"))
    order = [note.version for note in server.run(published.page(slug, limit=9, offset=0)).notes]
    assert order == ["y", "a", "b", "c", "z"]
    for newer, version, older in zip([None, *order], order, [*order[1:], None], strict=False):
        found = server.run(published.note(slug, version))
        assert (found.newer, found.note.version, found.older) == (newer, version, older)


def test_a_repository_without_published_notes_is_not_named(
    server: Server, published: PublishedNotes, publish: Callable[..., str]
) -> None:
    slug = publish()
    assert server.run(published.page(slug, limit=20, offset=0)) is None
    assert server.run(published.note(slug, "v1")) is None


def test_what_is_not_there_is_nothing(server: Server, published: PublishedNotes, publish: Callable[..., str]) -> None:
    slug = publish(("v1", "1"))
    assert server.run(published.note(slug, "v2")) is None
    assert server.run(published.page("no-such-slug", limit=20, offset=0)) is None
