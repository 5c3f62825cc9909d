"""GitHub's webhooks, from the signature to what they set in motion."""
