"""Use cases, one file a domain: policy and transactions, between the routers and the repositories."""
