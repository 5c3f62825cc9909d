"""What a large job took is the system's again."""

import subprocess
import sys

TAKES_AND_GIVES = """
import threading
import psutil
from releaseray import heap

def resident():
    return psutil.Process().memory_info().rss / 1e6

def take():
    kept.append([bytes(2_000) for _ in range(50_000)])
    pinned.append(bytes(2_000))  # at the top of the heap, so that it cannot simply shrink

heap.keep_one_arena()
kept, pinned = [], []
before = resident()
job = threading.Thread(target=take)
job.start()
job.join()
most = resident()
kept.clear()
heap.give_back()
print(before, most, resident())
"""


def test_what_a_job_took_is_given_back() -> None:
    told = subprocess.check_output([sys.executable, "-c", TAKES_AND_GIVES], text=True)
    before, most, after = map(float, told.split())
    assert most > before + 80
    assert after < before + 20
