"""Reduces a function's name, as each language's runtime spells it, to the name in the source."""

import re
from collections.abc import Callable

from releaseray.tracking.event import Frame

ANONYMOUS = "<anonymous>"
_SPACES = re.compile(r"\s+")


def function_name(frame: Frame, platform: str) -> str:
    """The function of a frame without generated suffixes, receivers, levels and numbers; empty when unknown."""
    written = _SPACES.sub(" ", frame.function or "").strip()
    if not written:
        return ""
    reduce = _BY_PLATFORM.get(platform)
    return reduce(written, frame.module or "") if reduce else written


def is_telling(function: str) -> bool:
    """Whether a person chose the name: not anonymous, not the one or two letters of a minifier."""
    return len(function.rpartition(".")[2]) > 2 and ANONYMOUS not in function


def _python(name: str, _module: str) -> str:
    inner = name.rpartition("<locals>.")[2]
    return re.sub(r"^<(?:listcomp|dictcomp|setcomp|genexpr)>$", "<comprehension>", inner)


_JS_PREFIX = re.compile(
    r"^(?:async |new |get |set |bound |process\.|Object\.|Module\.|Function\.|global\.|self\.|window\.)+"
)


def _javascript(name: str, _module: str) -> str:
    plain = re.sub(r" \[as [^\]]*\]| \(?<anonymous>\)?$", "", name)
    plain = _JS_PREFIX.sub("", plain).rstrip("/<")
    plain = re.sub(r"^[A-Za-z_$]{1,2}\.(?=<anonymous>|$)", "", plain)
    if plain in ("", "?", "anonymous", "{anonymous}", "eval") or plain.startswith("eval at "):
        return ANONYMOUS
    return re.sub(r"^\.+/|/<$", "", plain.rpartition("/")[2] or plain)


def _java(name: str, _module: str) -> str:
    plain = re.sub(r"^lambda\$(\w+?)\$\d+$", r"\1", name)
    plain = re.sub(r"^access\$\d+$", "access", plain)
    plain = re.sub(r"\$(?:lambda|anonfun)?[$-]?\d+(?=\$|$)|-[0-9a-zA-Z_-]{7}$", "", plain)
    return re.sub(r"^\$anonfun\$(\w+).*", r"\1", plain)


def _go(name: str, _module: str) -> str:
    plain = re.sub(r"\[[^\]]*\]", "", name)
    plain = re.sub(r"(?:\.func\d+|\.gowrap\d+|\.deferwrap\d+|\.\d+)+(?:-fm)?$", "", plain).removesuffix("-fm")
    plain = plain.rpartition("/")[2]
    return re.sub(r"^glob\.\.?$", ANONYMOUS, plain) or ANONYMOUS


def _ruby(name: str, _module: str) -> str:
    plain = re.sub(r"^(?:(?:block|rescue|ensure)(?: \(\d+ levels?\))? in )+", "", name)
    plain = re.sub(r"_{2,}-?\d+_\d+$", "", plain)
    return re.split(r"[#.](?=[^#.]+$)", plain)[-1] if not plain.startswith("<") else plain


def _php(name: str, _module: str) -> str:
    plain = re.sub(r"\{closure(?::[^}]*)?\}", "{closure}", name)
    plain = re.sub(r"class@anonymous.*?(?=::|$)", "class@anonymous", plain)
    return re.sub(r"__TwigTemplate_[0-9a-f]+", "__TwigTemplate", plain)


def _csharp(name: str, module: str) -> str:
    if name.rpartition(".")[2] == "MoveNext" and (machine := re.search(r"<(\w+)>d__\d+", f"{module}.{name}")):
        return machine[1]
    plain = re.sub(r"^.*?<(\w+)>[bg]__(?:(\w+)\|)?[\d_]+.*$", lambda found: found[2] or found[1], name)
    plain = re.sub(r"<>c(?:__DisplayClass[\d_]+)?\.|`\d+|\[[^\]]*\]|\([^)]*\)|\s*\{[^}]*\}", "", plain)
    return re.sub(r"^lambda_method\d*$", ANONYMOUS, plain)


_BY_PLATFORM: dict[str, Callable[[str, str], str]] = {
    "python": _python, "javascript": _javascript, "node": _javascript, "java": _java, "go": _go, "ruby": _ruby,
    "php": _php, "csharp": _csharp,
}  # fmt: skip
