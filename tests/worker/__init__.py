"""What becomes of drafts when workers, Redis and PostgreSQL fail."""
