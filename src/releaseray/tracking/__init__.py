"""Error tracking without IO: reading events, grouping them, ordering releases, judging regressions, naming suspects."""
