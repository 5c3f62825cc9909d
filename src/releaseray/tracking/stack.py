"""Reduces a stack to what stays the same from one release, host and build to the next."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from releaseray.tracking.event import Frame
from releaseray.tracking.function_names import function_name, is_telling

_LIBRARY_PATHS = re.compile(
    r"""
      /(?:site|dist)-packages/ | /lib/(?:python|ruby|jvm)[\d./] | ^<frozen | ^<internal: | ^\[internal\]
    | (?:^|/)node_modules/ | ^node: | ^internal/ | ^webpack/(?:bootstrap|runtime) | (?:-|^)extension://
    | ^\[?native | /go/pkg/mod/ | /usr/local/go/
    | /go/src/(?:runtime|net|os|io|sync|syscall|testing)/ | /libexec/src/runtime/
    | (?:^|/)vendor/ | /gems/ | /rubygems/ | ^/usr/(?:lib|share|include)/
    """,
    re.VERBOSE,
)
_LIBRARY_MODULES = {
    "java": re.compile(
        r"(?:javax?|jakarta|jdk|com\.sun|sun|kotlinx?|scala|groovy|clojure|android|androidx|dalvik|com\.android"
        r"|org\.springframework|org\.apache|org\.hibernate|org\.eclipse|org\.junit|org\.jboss|io\.netty|reactor"
        r"|com\.fasterxml|com\.zaxxer|com\.google\.common|okhttp3|retrofit2|io\.micronaut|io\.quarkus|akka"
        r"|ch\.qos\.logback|org\.slf4j)\."
    ),
    "csharp": re.compile(r"(?:System|Microsoft|Newtonsoft|Npgsql|Serilog|Xunit|NUnit|MediatR|Dapper)(?:\.|$)"),
    "go": re.compile(r"(?:runtime|net/http|net|os|io|sync|syscall|reflect|testing|database/sql|encoding/json)$"),
}
_JAVASCRIPT = frozenset({"javascript", "node"})
_MODULE_PLATFORMS = frozenset({"java", "csharp", "go", "python"})

_ORIGIN = re.compile(r"^[a-z][a-z0-9+.-]*:(?://[^/]*)?/*|^//[^/]*/+", re.IGNORECASE)
_PROJECT_ORIGIN = re.compile(r"^(?:webpack[a-z-]*|turbopack|app|ng):(?://[^/]*)?/*", re.IGNORECASE)
_BUILD_MARK = re.compile(r"(?<![0-9a-zA-Z])(?=[0-9a-f]*\d)[0-9a-f]{6,64}(?![0-9a-zA-Z])|\d{3,}", re.IGNORECASE)
_BUNDLER_HASH = re.compile(r"([.-])(?=\w*[\dA-Z])(?!min\b)[\w]{8,24}(?=\.(?:chunk\.|bundle\.|min\.)?[mc]?js\b)")
_COMPILED_CLASS = re.compile(
    r"\$\$(?:Enhancer|FastClass|KeyFactory|SpringCGLIB|Lambda).*|\$(?:ByteBuddy|HibernateProxy|MockitoMock|Subclass)\$.*"
    r"|_\$\$_.*|\$Proxy\d+.*|GeneratedMethodAccessor\d+.*|(?<=GeneratedConstructorAccessor)\d+.*|\$\d+(?=\$|$)"
)
_MODULE_VERSION = re.compile(r"/v\d+(?=/|$|\.)|@v?[\d.]+[^/]*")
_MAX_CYCLE = 8
_KNOWN_FRAMES = 8192
"""Frames whose reduction is remembered: those of one error come again and again. A frame has some 2 kB at most."""


class Call(NamedTuple):
    """A frame reduced: `where` the code lives (module, else the path's end) and the function; either may be
    empty."""

    where: str
    function: str

    def __str__(self) -> str:
        return f"{self.where or '?'} in {self.function or '?'}"


def in_app(frames: Iterable[Frame], platform: str) -> tuple[Frame, ...]:
    """The frames that are the team's own code, in their order.

    The SDK's word counts. Where it is silent on a frame though it marked others as the team's, the frame is not;
    where it marked none, paths and modules decide. Browsers mark everything, so paths decide there too.
    """
    listed = tuple(frames)
    marked = any(frame.in_app for frame in listed)
    return tuple(frame for frame in listed if _is_in_app(frame, platform, marked))


def _is_in_app(frame: Frame, platform: str, marked: bool) -> bool:
    if frame.in_app is not None and not (frame.in_app and platform in _JAVASCRIPT):
        return frame.in_app
    if frame.in_app is None and marked:
        return False
    return not is_library(frame, platform)


@lru_cache(_KNOWN_FRAMES)
def is_library(frame: Frame, platform: str) -> bool:
    """Whether path or module say that the code is a library's or the runtime's."""
    paths = (path.replace("\\", "/") for path in (frame.abs_path, frame.filename) if path)
    if any(_LIBRARY_PATHS.search(path) for path in paths):
        return True
    modules = _LIBRARY_MODULES.get(platform)
    return bool(modules and frame.module and modules.match(frame.module))


def calls(frames: Iterable[Frame], platform: str) -> tuple[Call, ...]:
    """The frames reduced, recursion counted once, frames that say nothing left out."""
    reduced = (_call(frame, platform) for frame in frames)
    return _without_cycles([call for call in reduced if call.where or call.function])


@lru_cache(_KNOWN_FRAMES)
def _call(frame: Frame, platform: str) -> Call:
    return Call(_where(frame, platform), function_name(frame, platform))


def is_telling_stack(stack: Iterable[Call]) -> bool:
    """Whether any call has a function name that a person chose: minified bundles have none."""
    return any(is_telling(call.function) for call in stack)


def _where(frame: Frame, platform: str) -> str:
    path = frame.filename or frame.abs_path or ""
    by_module = frame.module if frame.module not in (None, "__main__") else None
    if by_module and (platform in _MODULE_PLATFORMS or _is_absolute(path) or not path):
        return class_name(by_module) if platform in ("java", "csharp") else _MODULE_VERSION.sub("", by_module)
    return source_path(path)


def class_name(name: str) -> str:
    """A class without what compilers and proxies add: `Cart$$EnhancerBySpringCGLIB$$1a2b` → `Cart`."""
    plain = _COMPILED_CLASS.sub("", name)
    plain = re.sub(r"\+<(\w+)>d__\d+.*|\+<>c(?:__DisplayClass[\d_]+)?.*", "", plain)
    return re.sub(r"`\d+(?:\[.*\])?|@[0-9a-f]+$", "", plain)


def source_path(path: str) -> str:
    """A path without host, prefix of the machine, query and build hashes. An absolute path keeps its last two
    parts: what stands before them differs from host to host and deploy to deploy."""
    plain = _PROJECT_ORIGIN.sub("", re.split("[?#]", path, maxsplit=1)[0].replace("\\", "/"))
    parts = [part for part in _ORIGIN.sub("", plain).split("/") if part not in ("", ".", "..", "~")]
    kept = parts[-2:] if _is_absolute(plain) else parts
    hashless = (_BUNDLER_HASH.sub(r"\1<hash>", part) for part in kept)
    return "/".join(_BUILD_MARK.sub("<hash>", part) for part in hashless)


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "\\")) or bool(_ORIGIN.match(path) and not _PROJECT_ORIGIN.match(path))


def _without_cycles(stack: list[Call]) -> tuple[Call, ...]:
    """The stack with every block that repeats right after itself kept once, shortest blocks first."""
    if len(set(stack)) == len(stack):
        return tuple(stack)
    for length in range(1, _MAX_CYCLE + 1):
        kept: list[Call] = []
        for call in stack:
            kept.append(call)
            if len(kept) >= 2 * length and kept[-length:] == kept[-2 * length : -length]:
                del kept[-length:]
        stack = kept
    return tuple(stack)
