"""Queries, one file a domain, each class scoped to the organization it was made for."""
