"""A filled catalog for each test."""

import pytest

from tests.web.catalog import Catalog, filled


@pytest.fixture
def catalog() -> Catalog:
    return filled()
