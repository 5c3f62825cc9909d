"""Webhooks without database and network: verifying and reading GitHub's, signing ours, when to try again."""
