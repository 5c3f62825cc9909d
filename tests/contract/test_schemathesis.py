"""Requests made up from the OpenAPI document itself: every answer is one that the document declares.

`EXAMPLES=300` tries more than the few, always the same, that every run of the tests tries.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import Org, Server


def test_no_made_up_request_gets_an_undeclared_answer(server: Server, org: Org) -> None:
    program = str(Path(sys.executable).with_name("schemathesis"))
    command = [program, "run", f"{server.url}/openapi.json", "--url", server.url]
    examples = os.environ.get("EXAMPLES", "5")
    # Where GitHub cannot be reached, connecting waits some seconds for it.
    options = ["--checks", "all", "--max-examples", examples, "--request-timeout", "30", "--no-color"]
    if "EXAMPLES" not in os.environ:
        options += ["--seed", "1"]
    key = ["--header", f"Authorization: Bearer {org.key}"]
    done = subprocess.run([*command, *options, *key], capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated is not None
    assert int(generated[1]) > 500
