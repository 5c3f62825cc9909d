"""What people wrote for the purpose: headings, labels, prefixes, emoji and trailers, read as categories."""

import re
from collections.abc import Sequence

from releaseray.notes.draft import Category
from releaseray.notes.headline import Headline
from releaseray.notes.regexes import regex

_HEADINGS = (
    (Category.DEPRECATION, r"\bdeprecat"),
    (Category.BREAKING, r"break|incompatib|\bremov|\bupgrad(?:e|ing)\b|\bmigrat|\bmajor\b|\bdropped\b|💥|🛑"),
    (Category.SECURITY, r"\bsecurity\b|\bvulnerab|\bcve\b|🔒"),
    (Category.DOCS, r"\bdoc(?:s|umentation|umented)?\b|^\W*translation|\bexamples?\b|\breadme\b|📝|📚"),
    (Category.PERF, r"\bperf|\boptimi[sz]|\bspeed|\bfaster\b|⚡"),
    (Category.FEATURE, r"\bfeat|\bnew\b|\benhanc|\badd(?:ed|itions?)?\b|\bimprove|✨|🚀|💡|🎉"),
    (Category.FIX, r"fix|\bbugs?\b|\bcorrections?\b|\bresolved\b|\bregressions?\b|🐛|🧰|🐞"),
    (
        Category.INTERNAL,
        r"\binternal|\bchores?\b|\bmisc|\brefactor|\btests?\b|\btesting\b|\bci\b|\bbuild|\bpackaging\b|\bcontribut"
        r"|\bcontinuous int|\bdependenc|\bmaintenance\b|\bupkeep\b|(?<!package )\bdevelop|\bhouse\b|\btooling\b|\binfra"
        r"|\bclean(?:ed|ing)?[ -]?ups?\b|\bcode (?:style|health|quality)\b|\btrivial\b|🏠|🔧|🧹",
    ),
)
_SENTENCE = 6
"""Spaces in a heading from which on it tells a story and names no kind of change."""

_HEADING_PATTERNS = tuple((category, regex(pattern, re.IGNORECASE)) for category, pattern in _HEADINGS)
_BOTH = regex(r"\b(?:new|added|additions?)\b.{1,9}\b(?:removed|removals?|dropped)\b", re.IGNORECASE)
"""What comes and what goes under one heading ("New and removed platforms")."""

_MENDED = dict(_HEADING_PATTERNS)[Category.FIX]
_UPKEEP_WORDS = r"\b(?:ci|continuous int|dependenc|infra|internal|maintenance|packaging|refactor|tooling|upkeep)"
_UPKEEP = regex(_UPKEEP_WORDS, re.IGNORECASE)
_WITH_UPKEEP = frozenset({Category.FEATURE, Category.DOCS})
_NO_FIX = regex(_UPKEEP_WORDS + r"|\bchanges?\b", re.IGNORECASE)
_JOINED = regex(r"\band\b|[&,/+]")
"""What joins two kinds of change under one heading."""

KIND_CATEGORIES = {
    kind: category
    for category, kinds in (
        (
            Category.FEATURE,
            "feat feature features improve improvement enhancement enhanced enh add added new types usecase",
        ),
        (Category.FIX, "fix fixes fixed bugfix hotfix bug regr"),
        (Category.PERF, "perf performance optimize"),
        (Category.SECURITY, "security sec"),
        (Category.BREAKING, "breaking remove removed"),
        (Category.DEPRECATION, "deprecate deprecated"),
        (Category.DOCS, "docs doc documentation typo"),
        (
            Category.INTERNAL,
            "style styles refactor refactoring test tests testing build ci chore chores deps dep dependencies "
            "release wip bump cleanup clean lint bld dev maint mnt rel rls sty tst cln typ internal misc ref i18n "
            "bench",
        ),
    )
    for kind in kinds.split()
}
"""What a commit's kind (`feat`, `fix`, numpy's `ENH`) says by convention."""


_BESIDE = {Category.FEATURE: _MENDED, Category.PERF: _MENDED, Category.FIX: _NO_FIX}
"""What makes a heading of that category one of several kinds, where it is joined to it."""


def heading_category(heading: str) -> Category | None:
    """The category a heading of a changelog names (`Bug fixes` → fix), None where it says no more than "changed", or
    says so much that it is the heading of one change or of several kinds ("Fixes and improvements", "Maintenance and
    fixes"). What is improved of the upkeep, or told beside it, is upkeep ("Maintenance and upkeep improvements",
    "Infrastructure and documentation")."""
    if heading.count(" ") >= _SENTENCE or _BOTH.search(heading):
        return None
    category = next((category for category, pattern in _HEADING_PATTERNS if pattern.search(heading)), None)
    if category in _WITH_UPKEEP and _UPKEEP.search(heading):
        return Category.INTERNAL
    several = category in _BESIDE and _BESIDE[category].search(heading) and _JOINED.search(heading)
    return None if several else category


def names_kind(mark: str) -> bool:
    """Whether a mark says what kind of change a note tells of (`BUGFIX`, `CHANGE`), and not where it is (`UI`)."""
    word = mark.strip().lower()
    return word in KIND_CATEGORIES or word in {"change", "changed", "other"} or heading_category(word) is not None


def spoken_category(head: Headline) -> Category | None:
    """What the author of a title said outright, by its kind (`feat:`), its tag (`[BUGFIX]`) or its emoji."""
    if head.kind in KIND_CATEGORIES:
        return KIND_CATEGORIES[head.kind]
    marks = (*head.tags, *head.emoji)
    return heading_category(marks[0]) if marks else None


_LABEL_TRIM = regex(r"^(?:type|kind|category|c|t|pr|semver|impact|changelog|release-note)\s*[-:/ ]+\s*", re.IGNORECASE)
_SILENT_LABEL = regex(
    r"^(?:no[- _]?changelog|skip[- _]?(?:changelog|news|release[- _]?notes)|release-note-none"
    r"|ignore[- _]for[- _]release|(?:changelog|release-note)[-:/ ]*(?:none|skip|ignore|no))$",
    re.IGNORECASE,
)


def label_category(label: str) -> Category | None:
    """The category a pull request label names (`kind/bug`, `C-enhancement`, `semver:major`)."""
    return heading_category(_LABEL_TRIM.sub("", label))


def says_no_note(labels: Sequence[str]) -> str | None:
    """The label that asks for no release note (`skip-changelog`, `release-note-none`), if there is one."""
    return next((label for label in labels if _SILENT_LABEL.match(label.strip())), None)
