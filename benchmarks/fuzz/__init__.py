"""Hostile bodies at the endpoints that take events: protocol answers, processes that live, memory that is bounded."""
