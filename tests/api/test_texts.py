"""Which endpoints are called straight, without FastAPI's solver: those that want texts alone and answer themselves."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, Header, Query, Request
from starlette.responses import Response

from releaseray.api.texts import ways

IfMatch = Annotated[str | None, Header()]


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "path_params": {"draft_id": "draft_1"}})


def test_texts_of_the_path_and_of_headers_are_found() -> None:
    async def read(request: Request, draft_id: str, if_match: IfMatch = None) -> Response:
        return Response()

    found = ways(read, {"draft_id"})
    asked = request(if_match='"7"')

    assert found is not None
    assert {name: way(asked) for name, way in found.items()} == {
        "request": asked, "draft_id": "draft_1", "if_match": '"7"',
    }  # fmt: skip
    assert found["if_match"](request()) is None


def test_a_header_may_have_another_name() -> None:
    async def read(tag: Annotated[str | None, Header(alias="If-None-Match")] = None) -> Response:
        return Response()

    found = ways(read, ())
    assert found is not None
    assert found["tag"](request(if_none_match='"7"')) == '"7"'


async def one_more(draft_id: str, limit: Annotated[int, Query()] = 1) -> Response:
    return Response()


async def a_text_of_the_query(draft_id: str, name: str) -> Response:
    return Response()


async def a_number(draft_id: str, age: Annotated[int | None, Header()] = None) -> Response:
    return Response()


async def a_dependency(draft_id: str, who: Annotated[str, Depends(request)]) -> Response:
    return Response()


async def a_checked_header(who: Annotated[str | None, Header(), "checked"] = None) -> Response:
    return Response()


async def an_answer_to_be_serialized(draft_id: str) -> dict[str, Any]:
    return {}


@pytest.mark.parametrize(
    "endpoint", [one_more, a_text_of_the_query, a_number, a_dependency, a_checked_header, an_answer_to_be_serialized]
)
def test_what_wants_more_is_left_to_the_framework(endpoint: Any) -> None:
    assert ways(endpoint, {"draft_id"}) is None
