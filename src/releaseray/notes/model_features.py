"""The features of a change that the linear model weighs: what its title, text, author and paths look like."""

import re
from functools import lru_cache
from itertools import pairwise

from releaseray.notes.change import Change
from releaseray.notes.conventions import spoken_category
from releaseray.notes.model_paths import path_features

BODY_READ = 300
"""Characters of the body whose words count."""

_WORD = re.compile(r"[a-z][a-z0-9]*(?:'t)?|\d+")
_SUFFIX = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s|e)$")
_SHAPES = re.compile(
    r"(?P<code>`[^`]+`)|(?P<flag>(?<!\S)--[a-z])|(?P<snake>[a-z]_[a-z])|(?P<camel>[a-z][A-Z])|(?P<path>::|\w\(\)|\w/\w)"
    r"|(?P<version>\bv?\d+\.\d+)|(?P<ticket>#\d+)"
)
_BODY_SHAPES = (
    ("breaking", re.compile(r"BREAKING[ -]CHANGE|[Bb]reaking [Cc]hange")),
    ("closes", re.compile(r"\b(?:[Ff]ix(?:es|ed)?|[Cc]lose[sd]?|[Rr]esolve[sd]?):?\s+(?:#\d|https?://)")),
)
_BODY_MARKS = (("checkbox", "- ["), ("code", "```"), ("quote", "\n> "), ("list", "\n- "), ("list", "\n* "))
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


def text_features(text: str) -> set[str]:
    """The words and neighbours of a sentence, what they are about, and what kind of tokens it holds."""
    words = [stem(word) for word in _WORD.findall(text.lower())]
    features = {f"t:{word}" for word in words}
    features.update([f"t:{a} {b}" for a, b in pairwise(words)])
    if words:
        features.add(f"f:{words[0]}")
        features.add(f"l:{words[-1]}")
        features.update([f"q:{_LEXICON[word]}" for word in words if word in _LEXICON])
        features.add(f"fq:{_LEXICON.get(words[0], '-')}")
    features.update([f"has:{found.lastgroup}" for found in _SHAPES.finditer(text)])
    features.add(f"len:{min(len(words), 16) // 2}")
    return features


def features_of(change: Change) -> set[str]:
    """All features of a change."""
    head = change.headline
    features = text_features(head.text)
    features.add("bot" if change.is_bot else "human")
    if head.kind:
        features.add(f"k:{head.kind}")
    if spoken := spoken_category(head):
        features.add(f"kc:{spoken}")
    if head.scope:
        features.add(f"s:{head.scope.lower()}")
    if head.breaking:
        features.add("bang")
    features.update([f"e:{emoji}" for emoji in head.emoji])
    features.update([f"g:{tag.lower()}" for tag in head.tags])
    if change.reverts:
        features.add("reverts")
    features |= body_features(change.body)
    features |= path_features(change.files)
    return features


def body_features(body: str) -> set[str]:
    """The features of a change's longer text."""
    if not body:
        return {"b:none"}
    features = {f"b:{stem(word)}" for word in _WORD.findall(body[:BODY_READ].lower())}
    features.update([f"bhas:{name}" for name, shape in _BODY_SHAPES if shape.search(body)])
    features.update([f"bhas:{name}" for name, mark in _BODY_MARKS if mark in body])
    features.add(f"blen:{len(body).bit_length()}")
    return features
