"""The OpenAPI document: as committed, complete, and readable in SDKs."""

import json
from pathlib import Path
from typing import Any

import pytest

from releaseray.app import create_app
from releaseray.settings import Settings

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
NOWHERE = Settings(database_url="postgresql://nowhere/x", redis_url="redis://nowhere")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = create_app(NOWHERE).openapi()
    return made


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_committed_document_is_the_apps(document: dict[str, Any]) -> None:
    assert json.loads(COMMITTED.read_text()) == json.loads(json.dumps(document)), "run `make openapi`"


def test_operations_read_well_in_an_sdk(document: dict[str, Any]) -> None:
    ids = {operation["operationId"] for _, _, operation in operations(document)}
    assert {"drafts.generate", "drafts.get", "drafts.list", "drafts.update", "ranges.create", "repos.tags"} <= ids
    assert all(len(id.split(".")) == 2 for id in ids)


def test_every_failure_is_declared_and_422_is_none(document: dict[str, Any]) -> None:
    assert "422" not in json.dumps(document)
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, method, operation in operations(document):
        declared = set(operation["responses"])
        assert {"400", "401", "403", "429", "500", "503"} <= declared, (method, path)
        assert ("{" not in path) or "404" in declared, (method, path)


def test_enums_are_named(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["Persona"]["enum"] == ["engineer", "internal", "customer"]
    assert schemas["ChannelName"]["enum"] == ["github", "intercom", "hosted", "slack", "teams"]
    assert schemas["Scope"]["enum"] == ["read", "write", "publish", "releases", "admin"]


def test_the_examples_are_the_documented_ones_in_their_order(document: dict[str, Any]) -> None:
    (draft,) = document["components"]["schemas"]["Draft"]["examples"]
    assert list(draft) == ["id", "releaseRangeId", "persona", "bodyMd", "flags", "createdAt", "updatedAt"]
    assert list(draft["flags"]) == ["highlights", "upgradeInstructions", "contributors"]


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        if schema.get("type") == "object" and name not in ("Flags", "Problem"):
            assert schema.get("examples"), name


def test_the_state_of_a_draft_is_a_named_union(document: dict[str, Any]) -> None:
    answer = document["paths"]["/api/drafts/{draftId}"]["get"]["responses"]["200"]["content"]["application/json"]
    assert answer["schema"] == {"$ref": "#/components/schemas/DraftState"}
    names = [choice["$ref"].rpartition("/")[2] for choice in document["components"]["schemas"]["DraftState"]["anyOf"]]
    assert names == ["Draft", "DraftProcessing", "DraftFailed"]
