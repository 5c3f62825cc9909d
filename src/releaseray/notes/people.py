"""Who made a change: authors and co-authors, people told from bots, one person under several addresses."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from releaseray.notes.history import Person
from releaseray.notes.regexes import regex

_CO_AUTHOR = regex(r"^[ \t]*co-authored-by:[ \t]*([^<\n]{1,100})<([^>\s]{1,200})>", re.IGNORECASE | re.MULTILINE)
_BOT = regex(
    r"\[bot\]|^(?:dependabot|renovate|greenkeeper|pyup|snyk|github[- ]actions?|pre-commit-ci|weblate|hosted weblate|"
    r"transifex|allcontributors|mergify|imgbot(?:app)?|jekyllbot|semantic-release|release-please|codecov|travis|circleci|jenkins|"
    r"gitlab[- ]?ci|bors|homu|k8s-ci-robot|openshift-merge-robot|github-merge-queue|copybara|crowdin|l10n|"
    r"copilot|codex|cursor(?:[ -]?(?:ai|agent))?$|restyled|deepsource|sourcery|scala-steward|web-flow|changeset|"
    r"meeseeks\w*|patchback|miss-islington)\b|"
    r"(?:^|[\s_-])(?:bot|robot|automation|agent)$|(?:^|[^a-z])bot[-_@]|[-_]bot\b|^(?:root|ci|noreply|no-reply)$|zuul",
    re.IGNORECASE,
)
_MACHINE_ADDRESS = regex(
    r"\[bot\]@|(?:^|[-_.])automation@|^(?:no-?reply@(?!users\.)|bot@|ci@|\d+\+[\w-]*bot@|\d+\+copilot@|copilot@github\.com|cursoragent@|amp@ampcode)"
    r"|@(?:anthropic|openai)\.com$",
    re.IGNORECASE,
)
_LOGIN = regex(r"(?:\d+\+)?([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))@users\.noreply\.github\.com$", re.IGNORECASE)


@lru_cache(maxsize=8192)
def is_bot(person: Person) -> bool:
    """Whether the name or the address is a machine's."""
    return bool(_BOT.search(person.name) or _MACHINE_ADDRESS.search(person.email))


def names_authors(body: str) -> bool:
    """Whether `co_authors` need be asked: few texts have such trailers."""
    return "uthored-" in body or "UTHORED-" in body


def co_authors(body: str) -> list[Person]:
    """The people named in `Co-authored-by` trailers."""
    return [Person(name.strip(" \"'"), email) for name, email in _CO_AUTHOR.findall(body)]


def login(person: Person) -> str | None:
    """The GitHub login that the address carries, if any."""
    found = _LOGIN.match(person.email)
    return found[1] if found and found[1].lower() not in ("noreply", "no-reply") else None


@lru_cache(maxsize=8192)
def _aliases(person: Person) -> tuple[str, str, str | None, tuple[str, ...]]:
    """The address, the name to show, the login, and all that the person is known by."""
    email, name, handle = person.email.lower(), " ".join(person.name[:100].split()), login(person)
    return email, name, handle, tuple(filter(None, (email, _plain(name), (handle or "").casefold())))


def _plain(name: str) -> str:
    """The name without case and accents: "Jareš" is written "jares" where a keyboard has no š."""
    if name.isascii():
        return name.lower()
    parted = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in parted if not unicodedata.combining(letter)).casefold()


def contributors(authorship: Iterable[Iterable[Person]]) -> list[tuple[str, frozenset[str]]]:
    """People by the number of changes they have a part in, most first, ties by first appearance.

    Each comes as the name to show (the login where an address carries one, else the name) and all their
    addresses, lower-cased. The same name or the same address is the same person, and so is a login that a name of the
    range spells ("jsumners" is James Sumners).
    """
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    addresses: dict[str, set[str]] = {}
    shown: dict[str, str] = {}
    for authors in authorship:
        seen = set()
        for person in authors:
            email, name, handle, aliases = _aliases(person)
            key = next((names[alias] for alias in aliases if alias in names), email or name)
            names.update(dict.fromkeys(aliases, key))
            addresses.setdefault(key, set()).add(email)
            if handle:
                shown[key] = handle
            shown.setdefault(key, name)
            seen.add(key)
        for key in seen:
            counts[key] = counts.get(key, 0) + 1
    for key, other in list(_spelled(shown)):
        addresses[other] |= addresses.pop(key)
        counts[other] += counts.pop(key)
        del shown[key]
    order = sorted(shown, key=lambda key: -counts[key])
    return [(shown[key], frozenset(addresses[key])) for key in order if shown[key].strip()]


_KNOWN_BY = 3
"""Letters of one word of a name that are in its login at least: what is shorter fits many a name."""

_MOST_NEAR, _MOST_WORDS = 50, 5
"""Names that are looked at for one login, and words of each: what fits more, tells nobody apart."""

_NAMED_LIKE_A_LOGIN = regex(r"([a-z]{5,39})(?:-[a-z]{1,4})?\d{0,4}", re.IGNORECASE)


def _spelled(shown: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Who is shown by a login, and under which key the name stands that spells it, if just one does."""
    names = {key: _plain(name).split()[:_MOST_WORDS] for key, name in shown.items() if " " in name}
    openings: dict[str, set[str]] = defaultdict(set)
    for key, words in names.items():
        for word in words:
            openings[word[:_KNOWN_BY]].add(key)
    for key, name in shown.items():
        if not (login := _NAMED_LIKE_A_LOGIN.fullmatch(name)):
            continue
        letters = login[1].lower()
        near = {other for at in range(len(letters)) for other in openings.get(letters[at : at + _KNOWN_BY], ())}
        found = [other for other in near if _spells(names[other], letters)] if len(near) <= _MOST_NEAR else []
        if len(found) == 1:
            yield key, found[0]


def _spells(words: Sequence[str], letters: str) -> bool:
    """Whether the letters are beginnings of two of the words or more, put together in any order."""
    if any(word.startswith(letters) for word in words):
        return False
    reached = {(frozenset[int](), 0)}
    while reached:
        if any(at == len(letters) for _, at in reached):
            return True
        reached = {
            (used | {number}, at + length)
            for used, at in reached
            for number, word in enumerate(words)
            for length in range(1, len(word) + 1)
            if number not in used and letters.startswith(word[:length], at)
        }
    return False
