"""Pages for people: the public changelog and its feeds, the API's documentation, and what they load."""
