"""Says a change without internals, for people who use the product and do not read its code."""

import re

from releaseray.notes.wording import imperative, past, says_two_things

_PATH = re.compile(
    r"(?:^|[\s`'\"(])(?:\.{0,2}/)?(?:[\w@.-]+/)+[\w.-]+|\b[\w-]+\.(?:py|js|ts|tsx|jsx|mjs|c|h|cc|cpp|hpp"
    r"|rs|go|rb|java|kt|cs|php|"
    r"md|rst|txt|json|ya?ml|toml|cfg|ini|html?|s?css|sh|sql|lock|proto|xml|vue|svelte|mk|cmake|in|am|ac|d)\b",
)
_CODE = re.compile(
    r"`[^`]*`|\b\w+\(\)|\b[a-z]+[a-z0-9]*_\w+|\b[A-Z]{2,}_\w+|\b_\w+|\b\w+::\w+|\b\w+->\w+"
    r"|\b(?!GitHub|GitLab|OAuth|iOS|macOS|JavaScript|TypeScript|PostgreSQL|MySQL|MariaDB|YouTube|PayPal|LinkedIn|iPhone|iPad|eBay|OpenID|LaTeX)\w*[a-z][A-Z]\w*"
    r"|\b[A-Za-z_]\w*\.[A-Za-z_]\w+\b|(?<!\w)--?[a-z][\w-]+|#\d+|\b\d+ tests?\b|@\w+"
)
_JARGON = re.compile(
    r"\b(?:refactor\w*|mutex|linter?|linting|ci|unit ?tests?|tests?|testing|mocks?|stubs?|typings?"
    r"|annotations?|type hints?|mypy|"
    r"eslint|compiler|compilation|compile|makefile|cmake|autotools|configure script|malloc|memcpy|pointer|struct|"
    r"async context|deadlock|goroutine|thread[- ]safe|asserts?|assertions?|dead code|code ?base"
    r"|boilerplate|monorepo|docstrings?|"
    r"ast|abi|ffi|ub|nullptr|npe|null pointer|segfaults?|buffer overflow|use-after-free|backport"
    r"|changelog|readme|workflow file|"
    r"github actions?|docker ?file|pre-commit|dependabot|renovate|internals?|helper function|unused|variable|parameter|"
    r"argument|constructor|subclass|class|method|function|macro|header file|include guard|module|fuzz\w*|"
    r"gradle|maven|bazel|valgrind|allocators?|hashtable|code paths?|return types?|nil|null|stack overflow|generics?|"
    r"(?:de|un)?seriali[sz]\w*|enums?|constexpr|noexcept|build-logic|classmaps?|autoload\w*|teardown|backtraces?|"
    r"stack ?traces?|goroutines?|hydration|workarounds?|bug sweep|ruff|"
    r"snapshot tests?|e2e|fixture|lockfile|submodule|bump|codegen|middleware|endpoint handler|regexp?|serializer|orm|"
    r"runners?|toolchain|cleanup|cruft|rework internals|todo|hotfix|merge conflicts?|pull request)\b",
    re.IGNORECASE,
)
_ALLOW = re.compile(r"(?:Allow|Let|Enable)\s+(?P<who>\S.*?)\s+to\s+(?P<what>(?!the\b|a\b|an\b|be\b)\S.*)$")
_BE = re.compile(r"(?:Allow|Let|Enable)\s+(?P<who>\S.*?)\s+to be\s+(?P<what>\S.*)$")
_USERS = re.compile(r"(?:the )?(?:users?|customers?|people|you|admins?|clients?)$", re.IGNORECASE)
_YOUR = {"their": "your", "theirs": "yours", "them": "you", "themselves": "yourself", "they": "you"}
_THEIR = re.compile(rf"\b(?:{'|'.join(_YOUR)})\b")
_SUPPORTS = re.compile(r"Support (?!for\b|of\b|[a-z]+ing\b)(?P<what>\S.*)$")
_VENDORED = re.compile(r"(?:Upgrade|Bump|Update)[ds]? (?:the )?\S+ (?:from \S+ )?to v?\d", re.IGNORECASE)
_DOING = re.compile(r"(?:Allow|Enable|Support)\s+(?P<what>[a-z]+ing\b.*)$")
_ADD_SUPPORT = re.compile(
    r"(?:Add|Implement|Introduce)\s+(?:basic |initial |experimental |full )?support\s+(?:for|of)\s+(?P<what>\S.*)$"
)


def plainness(text: str) -> int:
    """How plain a sentence is: 0 for everyday words, 1 with one or two names of code in it, 2 for internals."""
    if _PATH.search(text) or _JARGON.search(text) or _VENDORED.match(text):
        return 2
    names = len(_CODE.findall(text))
    if names > 2 or len(text) < 8 or (names and len(text.split()) < 4):
        return 2
    return 1 if names else 0


def benefit(text: str, fault: bool = False) -> str:
    """`text` as what a customer can do now, where its words say so; else as a report of what was done."""
    said = imperative(text, fault)
    ability = "" if says_two_things(text) else _ability(said)
    return ability or past(text, fault)


def _ability(said: str) -> str:
    if found := _ADD_SUPPORT.match(said) or _SUPPORTS.match(said):
        return f"Now supports {found['what']}"
    if found := _BE.match(said):
        return f"{_upper(found['who'])} can now be {found['what']}"
    if found := _ALLOW.match(said):
        if _USERS.match(found["who"]):
            return f"You can now {_THEIR.sub(lambda their: _YOUR[their[0]], found['what'])}"
        return f"{_upper(found['who'])} can now {found['what']}"
    found = _DOING.match(said)
    return f"{_upper(found['what'])} is now possible" if found else ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
