"""Statistics as the API shows them."""

from pydantic import ConfigDict

from releaseray.api.schemas.base import Output


class Stats(Output):
    """Usage in the current UTC month; `usagePercentage` is of the tier's monthly drafts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "currentMonth": "2025-11",
                    "activeRepos": 5,
                    "draftsGenerated": 42,
                    "publishedReleases": 38,
                    "apiCalls": 1234,
                    "billingTier": "growth",
                    "usagePercentage": 75,
                }
            ]
        }
    )

    current_month: str
    active_repos: int
    drafts_generated: int
    published_releases: int
    api_calls: int
    billing_tier: str
    usage_percentage: int
