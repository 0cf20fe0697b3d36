"""What is measured, and how each KPI is computed: in words, as a formula, by an example."""

from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.kpi.registry import KPIS, named
from kam_sync.kpi.store import RateStore
from kam_sync.web.deps import Reading, Serving
from kam_sync.web.render import pages

router = APIRouter()


@router.get("/kpis", response_class=HTMLResponse)
def show_kpis(request: Request, services: Serving, session: Reading) -> HTMLResponse:
    """All KPIs by what they are about."""
    families = [(family, list(of)) for family, of in groupby(KPIS.values(), lambda k: k.family)]
    currency = services.settings.currency
    missing = (
        RateStore(session).missing(currency, services.as_of(), services.zone) if currency else []
    )
    return pages(request).render(
        request, "kpis.html", families=families, currency=currency, missing=missing
    )


@router.get("/kpis/{key}", response_class=HTMLResponse)
def show_kpi(request: Request, key: str) -> HTMLResponse:
    """How one of them is computed."""
    kpi = named(key)
    tables = [
        (table, list(dict.fromkeys(name for row in rows for name in row)), rows)
        for table, rows in kpi.example.given.items()
    ]
    return pages(request).render(request, "kpi.html", kpi=kpi, tables=tables)
