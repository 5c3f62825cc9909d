"""Services as the API shows them."""

from typing import Any, Self

from pydantic import Field, model_validator

from releaseray.api.schemas.base import HasMore, NextOffset, Timestamp, Total, example
from releaseray.api.v1.schemas.base import Input, Line, Name, Output

SERVICE: dict[str, Any] = {
    "id": "svc_abc123",
    "name": "checkout",
    "repository": "https://github.com/org/repo",
    "dsn": "https://0123456789abcdef0123456789abcdef@ray.example.com/1",
    "created_at": "2024-01-15T09:00:00Z",
    "updated_at": "2024-01-15T09:00:00Z",
}


class ServiceCreate(Input):
    """Make a service. `repository` is used for releases that name none."""

    model_config = example({"name": "checkout", "repository": "https://github.com/org/repo"})

    name: Name
    repository: Line | None = None


class ServiceUpdate(Input):
    """Rename a service, or name the repository of releases that name none; what is left out stays. `repository: null`
    takes the name away."""

    model_config = example({"repository": "https://github.com/org/repo"}, minProperties=1)

    name: Name = Field(default_factory=str)
    repository: Line | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name or repository is required")
        return self


class Service(Output):
    """Something that is deployed. Give its `dsn` to a Sentry SDK and its errors come here."""

    model_config = example(SERVICE)

    id: str
    name: str
    repository: str | None
    dsn: str
    created_at: Timestamp
    updated_at: Timestamp


class ServiceList(Output):
    """A page of services."""

    model_config = example({"services": [SERVICE], "total": 1, "has_more": False})

    services: list[Service]
    total: Total
    has_more: HasMore
    next_offset: NextOffset = None
