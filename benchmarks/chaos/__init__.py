"""200 drafts asked for while everything they need is killed at random: how many come back, how often each was made."""
