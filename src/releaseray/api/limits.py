"""Rate limits: all windows of a request checked and counted in one Redis call, exactly."""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import hiredis
import structlog

from releaseray.redis_pipe import RedisPipe
from releaseray.settings import Settings

log = structlog.stdlib.get_logger(__name__)

_SCRIPT = """
local longest, refusing = -1, 0
local left = {}
for i = 1, #KEYS do
  local used = tonumber(redis.call('GET', KEYS[i]) or '0')
  left[2 * i - 1] = tonumber(ARGV[2 * i - 1]) - used
  left[2 * i] = redis.call('PTTL', KEYS[i])
  if left[2 * i - 1] <= 0 and left[2 * i] > longest then
    longest, refusing = left[2 * i], i
  end
end
if refusing == 0 then
  for i = 1, #KEYS do
    if redis.call('INCR', KEYS[i]) == 1 or left[2 * i] < 0 then
      redis.call('PEXPIRE', KEYS[i], ARGV[2 * i])
      left[2 * i] = tonumber(ARGV[2 * i])
    end
    left[2 * i - 1] = left[2 * i - 1] - 1
  end
end
return {refusing, left[2 * math.max(refusing, 1) - 1], left[2 * math.max(refusing, 1)]}
"""


@dataclass(frozen=True, slots=True)
class Window:
    """So many requests a span, which begins with the first of them; `words` completes "Limit: 100 requests …"."""

    limit: int
    seconds: int
    words: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`window` is the one that refuses, or else the first one asked about; `reset` is in unix seconds."""

    allowed: bool
    window: Window
    remaining: int
    reset: int
    retry_after: int

    @property
    def message(self) -> str:
        """What the documented 429 says."""
        return f"Limit: {self.window.limit} requests {self.window.words}. Try again in {self.retry_after} seconds."


class Limiter:
    """Counts in Redis, where all processes meet. While Redis is away each process counts by itself, so that a
    loss of Redis neither stops the service nor opens it to everybody."""

    def __init__(self, pipe: RedisPipe, settings: Settings) -> None:
        self._pipe = pipe
        self._local = LocalWindows()
        self._sha = ""
        self.minute = Window(settings.rate_limit_per_minute, 60, "per minute", "rl:m:")
        self.hour = Window(settings.rate_limit_per_hour, 3600, "per hour", "rl:h:")
        self.day = Window(settings.rate_limit_org_per_day, 86400, "per day per organization", "rl:d:")
        self.events = Window(settings.events_per_minute, 60, "of one service per minute", "rl:e:")
        self.failures = Window(settings.unauthorized_per_minute, 60, "without a valid key per minute", "rl:a:")

    async def check(self, windows: Sequence[tuple[Window, str]]) -> Verdict:
        """Count one request in every window, or in none when one of them is full."""
        keys = [window.prefix + name for window, name in windows]
        numbers = [n for window, _ in windows for n in (window.limit, window.seconds * 1000)]
        try:
            refusing, left, milliseconds = await self._evaluate(keys, numbers)
        except (OSError, TimeoutError) as problem:
            log.warning("limits are counted per process", problem=str(problem))
            refusing, left, milliseconds = self._local.evaluate(keys, numbers)
        return Verdict(
            allowed=not refusing,
            window=windows[max(refusing, 1) - 1][0],
            remaining=max(0, left),
            reset=math.ceil(time.time() + milliseconds / 1000),
            retry_after=max(1, math.ceil(milliseconds / 1000)),
        )

    async def full(self, window: Window, name: str) -> Verdict | None:
        """The refusal of a window that is full, without counting; None while it is not, or while Redis is away."""
        key = window.prefix + name
        try:
            used, left = await asyncio.gather(self._pipe.execute("GET", key), self._pipe.execute("PTTL", key))
        except (OSError, TimeoutError):
            return None
        if int(used or 0) < window.limit or left <= 0:
            return None
        return Verdict(False, window, 0, math.ceil(time.time() + left / 1000), max(1, math.ceil(left / 1000)))

    async def _evaluate(self, keys: list[str], numbers: list[int]) -> list[int]:
        try:
            if self._sha:
                answer: list[int] = await self._pipe.execute("EVALSHA", self._sha, len(keys), *keys, *numbers)
                return answer
        except hiredis.ReplyError as problem:
            if not str(problem).startswith("NOSCRIPT"):
                raise ConnectionError(str(problem)) from problem
        try:
            self._sha = (await self._pipe.execute("SCRIPT", "LOAD", _SCRIPT)).decode()
            answer = await self._pipe.execute("EVALSHA", self._sha, len(keys), *keys, *numbers)
        except hiredis.ReplyError as problem:
            raise ConnectionError(str(problem)) from problem
        return answer


class LocalWindows:
    """The same windows in this process's memory, forgotten as they end."""

    _SWEEP_ABOVE = 10_000

    def __init__(self) -> None:
        self._used: dict[str, tuple[int, float]] = {}

    def evaluate(self, keys: list[str], numbers: list[int]) -> list[int]:
        """What the script answers: the refusing window (0: none), what is left of it, its rest in milliseconds."""
        moment = time.monotonic() * 1000
        if len(self._used) > self._SWEEP_ABOVE:
            self._used = {key: state for key, state in self._used.items() if state[1] > moment}
        limits, spans = numbers[::2], numbers[1::2]
        states = [self._state(key, span, moment) for key, span in zip(keys, spans, strict=True)]
        full = [i for i, (used, _) in enumerate(states) if used >= limits[i]]
        if full:
            refusing = max(full, key=lambda i: states[i][1])
            return [refusing + 1, 0, math.ceil(states[refusing][1] - moment)]
        for key, (used, ends) in zip(keys, states, strict=True):
            self._used[key] = (used + 1, ends)
        return [0, limits[0] - states[0][0] - 1, math.ceil(states[0][1] - moment)]

    def _state(self, key: str, span: int, moment: float) -> tuple[int, float]:
        used, ends = self._used.get(key, (0, 0.0))
        return (used, ends) if ends > moment else (0, moment + span)
