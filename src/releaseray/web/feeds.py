"""A changelog as RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from releaseray.markdown import printable
from releaseray.web.reading import Changelog, Note

ATOM = "http://www.w3.org/2005/Atom"
NOTES = UUID("381612f4-6e68-480c-a4a3-6385a056d6ed")
"""The name space of the notes' ids."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

register_namespace("atom", ATOM)


def note_id(slug: str, version: str) -> str:
    """An id that stays when the server moves to another address: readers see no note twice."""
    return uuid5(NOTES, f"{slug}\n{version}").urn


def rss(changelog: Changelog, home: str, feed: str) -> bytes:
    """RSS 2.0; `home` is the absolute address of the page, `feed` that of this document."""
    root = Element("rss", version="2.0")
    channel = SubElement(root, "channel")
    _add(channel, "title", _title(changelog))
    _add(channel, "link", home)
    _add(channel, "description", _description(changelog))
    SubElement(channel, f"{{{ATOM}}}link", href=feed, rel="self", type="application/rss+xml")
    _add(channel, "lastBuildDate", _mail_date(changelog.modified or NEVER))
    for note in changelog.notes:
        item = SubElement(channel, "item")
        _add(item, "title", note.heading)
        _add(item, "link", note.address(home))
        _add(item, "guid", note_id(changelog.repository.slug, note.version), isPermaLink="false")
        _add(item, "pubDate", _mail_date(note.published_at))
        _add(item, "description", note.body_html)
    return _document(root)


def atom(changelog: Changelog, home: str, feed: str) -> bytes:
    """Atom; `home` is the absolute address of the page, `feed` that of this document."""
    root = Element("feed", xmlns=ATOM)
    _add(root, "id", note_id(changelog.repository.slug, ""))
    _add(root, "title", _title(changelog))
    _add(root, "subtitle", _description(changelog))
    _add(root, "updated", _timestamp(changelog.modified or NEVER))
    _add(SubElement(root, "author"), "name", changelog.repository.name)
    SubElement(root, "link", href=home, rel="alternate", type="text/html")
    SubElement(root, "link", href=feed, rel="self", type="application/atom+xml")
    for note in changelog.notes:
        entry = SubElement(root, "entry")
        _add(entry, "id", note_id(changelog.repository.slug, note.version))
        _add(entry, "title", note.heading)
        _add(entry, "published", _timestamp(note.published_at))
        _add(entry, "updated", _timestamp(note.updated_at))
        SubElement(entry, "link", href=note.address(home), rel="alternate", type="text/html")
        _add(entry, "content", note.body_html, type="html")
    return _document(root)


def json_feed(changelog: Changelog, home: str, feed: str) -> bytes:
    """JSON Feed 1.1; `home` is the absolute address of the page, `feed` that of this document."""
    texts = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(changelog),
        "home_page_url": home,
        "feed_url": feed,
        "description": _description(changelog),
    }
    document = {
        **_printable(texts),
        "authors": [_printable({"name": changelog.repository.name})],
        "items": [_json_item(changelog, note, home) for note in changelog.notes],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json_item(changelog: Changelog, note: Note, home: str) -> dict[str, str]:
    texts = {
        "id": note_id(changelog.repository.slug, note.version),
        "url": note.address(home),
        "title": note.heading,
        "content_html": note.body_html,
        "date_published": _timestamp(note.published_at),
        "date_modified": _timestamp(note.updated_at),
    }
    return _printable(texts)


def _printable(texts: dict[str, str]) -> dict[str, str]:
    return {name: printable(text) for name, text in texts.items()}


def _title(changelog: Changelog) -> str:
    return f"{changelog.repository.name} changelog"


def _description(changelog: Changelog) -> str:
    return changelog.repository.description or f"What is new in {changelog.repository.name}."


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = printable(text)


def _document(root: Element) -> bytes:
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _timestamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _mail_date(when: datetime) -> str:
    return format_datetime(when.astimezone(UTC), usegmt=True)
