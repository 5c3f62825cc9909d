"""The documentation's own Python, Node and curl samples, unchanged but for base URL, key and ids."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import Org, Server, finished

BASE = "https://app.releaseray.com/api"

PYTHON = """
import os
import requests
RELEASERAY_API_KEY = os.getenv('RELEASERAY_API_KEY')
BASE_URL = 'https://app.releaseray.com/api'
def generate_draft(range_id, persona):
    response = requests.post(
        f'{BASE_URL}/drafts/{range_id}/generate',
        headers={
            'Authorization': f'Bearer {RELEASERAY_API_KEY}',
            'Content-Type': 'application/json',
        },
        json={'persona': persona}
    )
    response.raise_for_status()
    return response.json()
# Usage
draft = generate_draft('range_xyz789', 'engineer')
print(f'Draft generated: {draft["id"]}')
"""

NODE = """
const RELEASERAY_API_KEY = process.env.RELEASERAY_API_KEY;
const BASE_URL = "https://app.releaseray.com/api";
async function generateDraft(rangeId, persona) {
const response = await fetch(`${BASE_URL}/drafts/${rangeId}/generate`, {
method: "POST",
headers: {
Authorization: `Bearer ${RELEASERAY_API_KEY}`,
"Content-Type": "application/json",
},
body: JSON.stringify({ persona }),
});
if (!response.ok) {
const error = await response.json();
throw new Error(error.message);
}
return await response.json();
}
// Usage
const draft = await generateDraft("range_xyz789", "engineer");
console.log("Draft generated:", draft.id);
"""

CURL_LIST = """
curl https://app.releaseray.com/api/drafts \\
-H "Authorization: Bearer YOUR_API_KEY"
"""

CURL = """
# Generate draft
curl -X POST https://app.releaseray.com/api/drafts/range_xyz789/generate \\
-H "Authorization: Bearer YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{"persona": "engineer"}'
# Get draft
curl https://app.releaseray.com/api/drafts/draft_abc123 \\
-H "Authorization: Bearer YOUR_API_KEY"
# Publish to GitHub
curl -X POST https://app.releaseray.com/api/publish \\
-H "Authorization: Bearer YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{
"draftId": "draft_abc123",
"channel": "github",
"draft": false
}'
"""

CURL_TEST_MODE = """
curl https://app.releaseray.com/api/drafts/range_xyz/generate \\
-H "Authorization: Bearer YOUR_API_KEY" \\
-H "X-Test-Mode: true" \\
-H "Content-Type: application/json" \\
-d '{"persona": "engineer"}'
"""


def run(command: list[str], source: str, server: Server, org: Org) -> str:
    source = source.replace(BASE, f"{server.url}/api").replace("YOUR_API_KEY", org.key)
    environment = {"PATH": os.environ["PATH"], "RELEASERAY_API_KEY": org.key}
    done = subprocess.run(
        command, check=False, input=source, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(printed: str) -> list[dict[str, object]]:
    """The JSON bodies that curl printed one after the other."""
    decoder, found, rest = json.JSONDecoder(), [], printed.strip()
    while rest:
        body, end = decoder.raw_decode(rest)
        found.append(body)
        rest = rest[end:].strip()
    return found


def test_the_python_sample(server: Server, org: Org, range_id: str) -> None:
    printed = run([sys.executable, "-W", "ignore", "-"], PYTHON.replace("range_xyz789", range_id), server, org)
    made = printed.removeprefix("Draft generated: ").strip()
    assert finished(org.client, made)["releaseRangeId"] == range_id


def test_the_node_sample(server: Server, org: Org, range_id: str, tmp_path: Path) -> None:
    printed = run(["node", "--input-type=module", "-"], NODE.replace("range_xyz789", range_id), server, org)
    made = printed.removeprefix("Draft generated: ").strip()
    assert finished(org.client, made)["releaseRangeId"] == range_id


def test_the_curl_samples(server: Server, org: Org, draft: dict[str, str]) -> None:
    script = CURL.replace("range_xyz789", draft["releaseRangeId"]).replace("draft_abc123", draft["id"])
    generated, fetched, published = answers(
        run(["bash", "-s"], f"set -e\n{script.replace('curl ', 'curl -sS ')}", server, org)
    )
    assert list(generated) == ["id", "status", "estimatedTime"]
    assert fetched["bodyMd"] == draft["bodyMd"]
    assert published["error"] == "Conflict"


def test_the_curl_sample_that_leaves_out_the_range(server: Server, org: Org) -> None:
    (refused,) = answers(run(["bash", "-s"], CURL_LIST.replace("curl ", "curl -sS "), server, org))
    assert refused["details"] == {"releaseRangeId": "is required"}


def test_the_curl_sample_of_test_mode(server: Server, org: Org) -> None:
    (simulated,) = answers(run(["bash", "-s"], CURL_TEST_MODE.replace("curl ", "curl -sS "), server, org))
    assert simulated == {"id": "draft_abc123", "status": "processing", "estimatedTime": 30}
    assert org.client.get("/api/stats").json()["draftsGenerated"] == 0
