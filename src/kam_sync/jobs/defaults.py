"""The plan of each step for which nobody set another."""

from datetime import timedelta

from kam_sync.jobs.model import Plan, Step

_HALF_AN_HOUR, _HOUR = timedelta(minutes=30), timedelta(hours=1)
_PLANS = {
    Step.SYNC: Plan(every=timedelta(minutes=15), jitter=timedelta(minutes=1)),
    Step.FULL: Plan(cron="0 3 * * 0", jitter=_HALF_AN_HOUR, is_on=False),
    Step.HOOKS: Plan(every=_HOUR, jitter=timedelta(minutes=5)),
    Step.RECONCILE: Plan(cron="30 2 * * *", jitter=_HALF_AN_HOUR),
    # What the passing of time changes; after the syncs of the full hour, which may change more.
    Step.MEASURE: Plan(cron="5 * * * *"),
    Step.GRANTS: Plan(every=_HOUR),
    Step.HOUSEKEEPING: Plan(every=timedelta(hours=6)),
}


def default_plan(step: Step, zone: str, *, sync_every: timedelta | None = None) -> Plan:
    """The default of a step; crons are in the zone of the house."""
    plan = _PLANS[step]
    if step is Step.SYNC and sync_every is not None:
        return Plan(every=sync_every, jitter=min(plan.jitter, sync_every / 15))
    return plan if plan.cron is None else plan.model_copy(update={"zone": zone})
