"""The features of a change that the linear model weighs: what its title, text, author and paths look like."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain, pairwise
from sys import intern
from typing import ClassVar

from releaseray.notes.change import Change
from releaseray.notes.conventions import spoken_category
from releaseray.notes.model_paths import path_features
from releaseray.notes.regexes import regex
from releaseray.notes.surroundings import Surroundings

BODY_READ = 300
"""Characters of the body whose words count."""

_WORD = regex(r"[a-z][a-z0-9]*(?:'t)?|\d+")
_SUFFIX = regex(r"(?<=[a-z]{3})(?:ing|ed|es|s|e)$")
_CODE = regex(r"`[^`]+`")
_SHAPES = regex(
    r"(?P<flag>(?<!\S)--[a-z])|(?P<snake>[a-z]_[a-z])|(?P<camel>[a-z][A-Z])|(?P<path>::|\w\(\)|\w/\w)"
    r"|(?P<version>\bv?\d+\.\d+)|(?P<ticket>#\d+)"
)
_SHAPED = regex(r"[_#:/(.-]|[a-z][A-Z]")
_BREAKING = regex(r"BREAKING[ -]CHANGE|[Bb]reaking [Cc]hange")
_ISSUE = regex(r"#\d|https?://")
_CLOSES = regex(r"\b(?:[Ff]ix(?:es|ed)?|[Cc]lose[sd]?|[Rr]esolve[sd]?):?\s+$")
_CLOSING = ("ix", "lose", "esolve")
_CLOSES_WIDTH = 24
"""Characters before an issue in which the word that closes it is looked for."""

_BODY_MARKS = (
    ("- [", "bhas:checkbox"),
    ("```", "bhas:code"),
    ("\n> ", "bhas:quote"),
    ("\n- ", "bhas:list"),
    ("\n* ", "bhas:list"),
)
_LEXICON = {
    word: group
    for group, words in (
        ("perf", "perf performanc performant speed speedup fast faster slow slower optimiz optimis optimization "
                 "efficient efficiency alloc allocation allocating preallocat latency throughput lazily memoiz quicker "
                 "cach batch hotpath overhead"),
        ("fix", "fix bug crash panic incorrect wrong broken regression leak deadlock race error fail failur hang "
                "prevent avoid handl correct ensur restor missing invalid segfault unexpected properly correctly "
                "resolv repair workaround overflow nil null infinit duplicat don't doesn't shouldn't"),
        ("add", "add support implement allow introduc enabl provid expos new accept creat option extend feat featur "
                "enhanc improv make print show display"),
        ("drop", "remov drop delet renam replac requir disallow reject raise minimum forbid rid stop no longer eol "
                 "incompatibl break migrat"),
        ("old", "deprecat deprecation legacy obsolet"),
        ("docs", "doc docum document documentation docstr docstring readm typo clarify clarification comment exampl "
                 "spelling grammar wording tutorial guid translat translation changelog link"),
        ("chore", "refactor cleanup clean chor test bump updat upgrad lint mov simplify ci workflow action release "
                  "merg revert renovat dependabot format typ typing mypy ruff clippy eslint tidy internal unus "
                  "benchmark fuzz flaky nightly pre commit dep dependenci dependency pin version sync"),
        ("sec", "security cv vulnerability vulnerabl xss ssrf csrf injection escap sanitiz dos redo"),
    )
    for word in words.split()
}  # fmt: skip


@lru_cache(maxsize=32768)
def stem(word: str) -> str:
    """The word without the ending that tense and number give it."""
    return _SUFFIX.sub("", word)


class _Stems(dict[str, str]):
    """Words → the feature of their stem. A text is looked up at once and not word by word, and a string that was
    met before has its hash already: both count, in some fifty words a change."""

    MOST: ClassVar[int] = 50_000

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, word: str) -> str:
        if len(self) >= self.MOST:
            self.clear()
        feature = self[word] = intern(self._kind + stem(word))
        return feature


class _Found(dict[str, tuple[str, ...]]):
    """What stands between blanks → the features found in it: titles use the same again and again."""

    MOST: ClassVar[int] = 50_000

    def __init__(self, find: Callable[[str], Iterable[str]]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, part: str) -> tuple[str, ...]:
        if len(self) >= self.MOST:
            self.clear()
        features = self[part] = tuple(self._find(part))
        return features


def _words(part: str) -> Iterable[str]:
    return map(_STEM, _WORD.findall(part.lower()))


def _besides(part: str) -> Iterable[str]:
    """What the words are about, and the shape of the whole."""
    yield from filter(None, map(_SUBJECTS.get, _IN_TITLE(part)))
    if _SHAPED.search(part):
        yield from {f"has:{shape.lastgroup}" for shape in _SHAPES.finditer(part)}


_SUBJECTS = {f"t:{word}": f"q:{group}" for word, group in _LEXICON.items()}
_STEM = _Stems("t:").__getitem__
_IN_TITLE = _Found(_words).__getitem__
_BESIDES = _Found(_besides).__getitem__
_IN_BODY = _Stems("b:").__getitem__


Neighbours = Callable[[Iterable[str]], Iterable[str]]
"""Words of a title, as features → the features of two that follow each other."""


def every_pair(words: Iterable[str]) -> Iterable[str]:
    """All neighbours."""
    return [f"{a} {b[2:]}" for a, b in pairwise(words)]


def pairs_among(features: Iterable[str]) -> Neighbours:
    """Finds those neighbours that are among the features: of ten in a title a model knows one."""
    pairs = [feature.split(" ") for feature in features if feature.startswith("t:") and " " in feature]
    known = {(a, f"t:{b}"): f"{a} {b}" for a, b in pairs}
    return lambda words: filter(None, map(known.get, pairwise(words)))


def text_features(text: str, neighbours: Neighbours = every_pair) -> set[str]:
    """The words and neighbours of a sentence, what they are about, and what kind of tokens it holds."""
    parts = text.split()
    words = [*chain.from_iterable(map(_IN_TITLE, parts))]
    features = {*words, f"len:{min(len(words), 16) // 2}"}
    if words:
        first = words[0][2:]
        features |= {f"f:{first}", f"l:{words[-1][2:]}", f"fq:{_LEXICON.get(first, '-')}"}
        features.update(neighbours(words))
    if "`" in text:
        # The shapes of code tell nothing, but its words do
        features.update(filter(None, map(_SUBJECTS.get, words)))
        prose = _CODE.sub("`", text)
        if prose != text:
            features.add("has:code")
        parts = prose.split()
    features.update(*map(_BESIDES, parts))
    return features


def features_of(change: Change, around: Surroundings) -> list[str]:
    """All features of a change, each once: those of its parts begin differently."""
    return [
        *text_features(change.headline.text),
        *body_features(change.body),
        *path_features(change.files),
        *other_features(change),
        *around.features(change),
    ]


def other_features(change: Change) -> list[str]:
    """The features of a change that are not in the sentence of its title, its text or its paths."""
    head = change.headline
    features = ["bot" if change.is_bot else "human"]
    if head.kind:
        features.append(f"k:{head.kind}")
    if spoken := spoken_category(head):
        features.append(f"kc:{spoken}")
    if head.scope:
        features.append(f"s:{head.scope.lower()}")
    if head.breaking:
        features.append("bang")
    if head.emoji:
        features += {f"e:{emoji}" for emoji in head.emoji}
    if head.tags:
        features += {f"g:{tag.lower()}" for tag in head.tags}
    if change.reverts:
        features.append("reverts")
    return features


def body_features(body: str) -> set[str]:
    """The features of a change's longer text."""
    if not body:
        return {"b:none"}
    features = {*map(_IN_BODY, _WORD.findall(body[:BODY_READ].lower())), f"blen:{len(body).bit_length()}"}
    features.update([feature for mark, feature in _BODY_MARKS if mark in body])
    if ("reaking" in body or "BREAKING" in body) and _BREAKING.search(body):
        features.add("bhas:breaking")
    if ("#" in body or "://" in body) and any(word in body for word in _CLOSING) and _closes(body):
        features.add("bhas:closes")
    return features


def _closes(body: str) -> bool:
    """Whether a word like "fixes" stands before an issue. There are few issues in a text, and many words."""
    for issue in _ISSUE.finditer(body):
        at = issue.start()
        if body[at - 1 : at].isspace() and _CLOSES.search(body, max(0, at - _CLOSES_WIDTH), at):
            return True
    return False
