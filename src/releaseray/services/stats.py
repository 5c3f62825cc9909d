"""What an organization used this month."""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from releaseray.repositories.organizations import UsageOf
from releaseray.services.drafts import this_month
from releaseray.settings import Settings


@dataclass(frozen=True, slots=True)
class Stats:
    """Usage in the current UTC month; `usage_percentage` is of the tier's drafts, 0 to 100."""

    current_month: str
    active_repos: int
    drafts_generated: int
    published_releases: int
    api_calls: int
    billing_tier: str
    usage_percentage: int


async def of(session: AsyncSession, settings: Settings, org_id: str) -> Stats:
    """The statistics of an organization."""
    usage = UsageOf(session, org_id)
    month = await usage.month(this_month())
    tier = (await usage.organization()).tier
    allowance = settings.tier_allowances.get(tier)
    return Stats(
        current_month=month.month,
        active_repos=await usage.connected_repositories(),
        drafts_generated=month.drafts_generated,
        published_releases=month.published_releases,
        api_calls=month.api_calls,
        billing_tier=tier,
        usage_percentage=min(100, month.drafts_generated * 100 // allowance) if allowance else 0,
    )
