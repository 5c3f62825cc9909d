"""Says a change without internals, for people who use the product and do not read its code."""

import re

from releaseray.notes.regexes import regex
from releaseray.notes.verbs import PAST
from releaseray.notes.wording import capital, imperative, past, says_two_things

_FOLDERS = """
actions apps bin cmd crates doc docs encoding etc examples github include internal lib libs modules net node packages
pkg script scripts semconv src std sys test tests tmp tools types usr var
"""
_PATH = regex(
    rf"(?:^|[\s`'\"(])(?!(?!(?:{'|'.join(_FOLDERS.split())})/)(?:[A-Za-z]+/[A-Za-z]+|[A-Z]+/\d)(?![\w/@-]|\.\w))"
    r"(?:\.{0,2}/)?(?:[\w@.-]+/)+[\w.-]+|\b[\w-]+\.(?:py|js|ts|tsx|jsx|mjs|c|h|cc|cpp|hpp"
    r"|rs|go|rb|java|kt|cs|php|"
    r"md|rst|txt|json|ya?ml|toml|cfg|ini|html?|s?css|sh|sql|lock|proto|xml|vue|svelte|mk|cmake|in|am|ac|d)\b",
)
"""A file or a folder. Two words with a slash between them are mostly either of two (start/end, PDF/A)."""

_NAMES = """
AppImage AsciiDoc BigQuery CentOS ChatGPT ChromeOS ClickHouse CloudFront CloudWatch CockroachDB DevTools DigitalOcean
DuckDB DynamoDB eBay FastAPI FreeBSD GeoJSON GeoTIFF GitHub GitLab GraphQL gRPC HomeKit iOS iPad iPhone IntelliJ
JavaScript jQuery LaTeX LibreOffice LinkedIn MacOS macOS MariaDB MongoDB mTLS MySQL NetBSD NixOS NuGet NumPy OAuth
OneDrive OpenAI OpenAPI OpenBSD OpenGL OpenID OpenSearch OpenSSL OpenTelemetry PayPal PostgreSQL PowerPoint PowerShell
PyPI RabbitMQ SharePoint TikTok tvOS TypeScript visionOS watchOS WebAssembly WebGL WebGPU WebP WebRTC WebSocket
WebSockets WhatsApp WiFi YouTube
"""
"""What is written like code and is none."""

_CODE = regex(
    r"`[^`]*`|\b\w+\(\)|\b[a-z]+[a-z0-9]*_\w+|\b[A-Z]{2,}_\w+|\b_\w+|\b\w+::\w+|\b\w+->\w+"
    rf"|\b(?!(?:{'|'.join(_NAMES.split())})(?![A-Za-z_]))\w*[a-z][A-Z]\w*"
    r"|\b[A-Za-z_]\w*\.[A-Za-z_]\w+\b|(?<!\w)--?[a-z][\w-]+|#\d+|\b\d+ tests?\b|@\w+"
)
_JARGON_WORDS = """
refactor refactored refactors refactoring mutex lint linter linters linting ci unittest unittests test tests
testing mock mocks stub stubs typing typings annotation annotations mypy eslint compiler compilation compile
makefile cmake autotools malloc memcpy pointer struct deadlock goroutine goroutines assert asserts assertion
assertions codebase boilerplate monorepo docstring docstrings ast abi ffi ub nullptr npe segfault segfaults
backport changelog readme dockerfile dependabot renovate internal internals unused variable parameter argument
constructor subclass class method function macro module fuzz fuzzer fuzzers fuzzing e2e fixture lockfile submodule
bump codegen middleware regex regexp serializer orm runner runners toolchain cleanup cruft todo hotfix gradle maven
bazel valgrind allocator allocators hashtable nil null generics enum enums constexpr noexcept classmap classmaps
autoload autoloading autoloader teardown backtrace backtraces stacktrace stacktraces hydration workaround
workarounds ruff serialize serialization deserialize deserialization unserialize unserialization
benchmark benchmarks clang clippy codecov codespell constify crate crates destructor destructors editorconfig impl impls
phpstan pylint readability rubocop spdx strdup trait traits typedef typedefs vtable
"""
_JARGON = frozenset(_JARGON_WORDS.split())
_JARGON_PHRASES = regex(
    r"\b(?:unit tests?|type hints?|configure script|async context|thread[- ]safe|dead code|code base|null pointer"
    r"|buffer overflow|stack overflow|use-after-free|workflow file|github actions?|docker file|pre-commit"
    r"|helper function|header file|include guard|endpoint handler|merge conflicts?|pull request|code paths?"
    r"|return types?|build-logic|stack traces?|bug sweep"
    r"|(?:elided|named|static) lifetimes?|lifetimes? (?:from|to|on|bounds?|param\w*|annot\w*)|derives? (?:for|to|on)"
    r"|ma(?:ke|des?) \S+ (?:static|private|const)|source file|to authors|release post|nits|whitespace fixes"
    r"|(?:the|our|this) code|indent fixes"
    r"|(?:fix\w*|correct\w*|various|some|minor|few) (?:\w+ ){0,2}(?:typos?|spelling|misspellings?)"
    r"|(?:updat|upgrad|bump)\w* (?:\S+ ){0,2}dependenc(?:y|ies)|magic numbers?|for loops?"
    r"|(?:cach\w+|clearing|build) jobs?"
    r"|in \d+ files|(?:code|obsolete|non-\w+|in|source) comments?|(?:test|code|\w+s|ran|complete) coverage"
    r"|coverage (?:job|of tests)|workflow (?:jobs?|startup|permissions?|runs?)|to workflows"
    r"|(?:release|vcs|ci|build|lint|publish|\w+['’]) workflows?|build (?:with|failures?|errors?|issues?|break\w*)"
    r"|build the \w+ project|gha|stackage|on ci|(?:new|custom) cops?|dependency list|gems?"
    r"|(?:runtime|dev|development|peer) dependenc(?:y|ies)|(?:missing|unused|firmware) (?:\S+ )?includes?"
    r"|forward declarations?|compiler warnings?|license attribution|error variables?)\b"
    r"|fix\w* (?:\S+ )?specs|release scripts?|(?:updat|upgrad|bump)\w* (?:\S+ ){0,4}(?:versions?|modules|packages)\b"
    r"|\bgo1\.\d+|^(?:extract|centrali[sz]|consolidat|deduplicat)\w* (?:\S+ ){0,6}(?:accessors?|code|definitions?"
    r"|handling|helpers?|internals?|logic|lookups?|representations?|utilit\w+|into an?)\b"
    r"|^document(?:ed|ing)? (?:the|an?|how|that|what|when|why|where|and|all|new|missing|required|us(?:e|age)"
    r"|differences?|behaviou?rs?|defaults?|support|options?)\b"
    r"|\b(?:replac|migrat|switch|mov|convert|upgrad|updat|rid of|us(?:e|es|ed|ing)\b)[^,;]{0,40}"
    r"\b(?:webpack|rollup|vite|vitest|esbuild|babel|grunt|gulp|browserify|mocha|karma|sinon|chai|jasmine"
    r"|puppeteer|jest|playwright|cypress)\b",
)
_BARE = regex(
    r"(?:fix|repair|prevent|avoid|resolve|correct|handle|address)\w* (?:an? |the |some |possible |potential )*"
    r"(?:crash|panic|bug|error|issue|problem|failure|leak|race|regression|deadlock|hang|exception|warning)\w*",
    re.IGNORECASE,
)
_WORDS = regex(r"\w+")
_ALLOW = regex(
    r"(?:Allow|Let|Enable)\s+(?:(?P<who>(?!\w+ing\b|to\b)\S.*?)\s+)?to\s+(?P<what>(?!(?:the|a|an|be|\w+ing)\b)\S.*)$"
)
_BE = regex(r"(?:Allow|Let|Enable)\s+(?P<who>\S.*?)\s+to be\s+(?P<what>\S.*)$")
_USERS = regex(r"(?:the )?(?:users?|customers?|people|you|admins?|clients?)$", re.IGNORECASE)
_YOUR = {"their": "your", "theirs": "yours", "them": "you", "themselves": "yourself", "they": "you"}
_THEIR = regex(rf"\b(?:{'|'.join(_YOUR)})\b")
_SUPPORTS = regex(r"Support (?!for\b|of\b|[a-z]+ing\b)(?P<what>\S.*)$")
_VENDORED = regex(
    r"(?:Upgrade|Bump|Update)[ds]? (?:the )?(?:\S+(?:, \S+){0,3} and )?\S+ (?:from \S+ )?to v?\d", re.IGNORECASE
)
_DOING = regex(r"(?:Allow|Enable|Support)\s+(?P<what>[a-z]+ing\b.*)$")
_ADD_SUPPORT = regex(
    r"(?:Add|Implement|Introduce)\s+(?:basic |initial |experimental |full )?support\s+(?:for|of)\s+(?P<what>\S.*)$"
)


def plainness(text: str) -> int:
    """How plain a sentence is: 0 for everyday words, 1 with one or two names of code in it, 2 for internals."""
    low = text.lower()
    if not _JARGON.isdisjoint(_WORDS.findall(low)) or _JARGON_PHRASES.search(low):
        return 2
    if _PATH.search(text) or _VENDORED.match(text):
        return 2
    names = len(_CODE.findall(text))
    if names > 2 or len(text) < 8 or (names and len(text.split()) < 4):
        return 2
    return 1 if names else 0


def is_bare(text: str) -> bool:
    """Whether a sentence says that something was mended, and not what: "Fix crash"."""
    return _BARE.fullmatch(text) is not None


def benefit(text: str, fault: bool = False) -> str:
    """`text` as what a customer can do now, where its words say so; else as a report of what was done."""
    said = imperative(text, fault)
    ability = "" if says_two_things(text) else _ability(said)
    return ability or past(text, fault)


def _ability(said: str) -> str:
    if found := _ADD_SUPPORT.match(said) or _SUPPORTS.match(said):
        return f"Now supports {found['what']}"
    if found := _BE.match(said):
        return f"{capital(found['who'])} can now be {found['what']}"
    if (found := _ALLOW.match(said)) and _is_done(found["what"]):
        if not found["who"] or _USERS.match(found["who"]):
            return f"You can now {_THEIR.sub(lambda their: _YOUR[their[0]], found['what'])}"
        return f"{capital(found['who'])} can now {found['what']}"
    found = _DOING.match(said)
    return f"{capital(found['what'])} is now possible" if found else ""


_DONE_TOO_TEXT = """
always approve become coexist do exceed have influence not only operate opt-out overflow receive see stay
"""
_DONE_TOO = frozenset(_DONE_TOO_TEXT.split())


def _is_done(what: str) -> bool:
    """Whether what stands behind "allow X to" is something to do, and not a thing ("access to files")."""
    word = what.split(" ", 1)[0].lower()
    return word in PAST or word in _DONE_TOO or word.endswith("ly")
