"""The HTTP interface: routers, schemas, keys, limits, one error format."""
