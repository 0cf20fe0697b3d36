"""The field map of a source: which custom field is which, and a way to say so."""

from typing import Annotated

from fastapi import APIRouter, Body

from connectors import fieldmap
from kam_sync import field_map
from kam_sync.web.api import answers
from kam_sync.web.deps import AllSources, Reading, Serving

router = APIRouter(tags=["sources"])

Wanted = Annotated[
    dict[str, str | None],
    Body(
        description="Target -> field; null takes a target away. Empty: all is right as it is.",
        examples=[{"company.inn": "company/9011", "company.segment": None}],
    ),
]


@router.get("/sources/{source}/fields")
def get_fields(session: Reading, sources: AllSources, source: str) -> answers.FieldMap:
    """Which custom field of a source is which, beside all custom fields that it has."""
    found = sources.named(source)
    shown = field_map.look(session, found.id, with_samples=True)
    return _answer(found.name, shown)


@router.patch("/sources/{source}/fields")
def change_fields(
    services: Serving, sources: AllSources, source: str, wanted: Wanted
) -> answers.FieldMap:
    """Say which custom field is which; all records are read anew at the next sync."""
    found = sources.named(source)
    chosen = {target: field or "" for target, field in wanted.items()}
    shown = field_map.change(services, found.name, chosen, whole=not chosen)
    return _answer(found.name, shown)


def _answer(source: str, shown: field_map.Shown) -> answers.FieldMap:
    return answers.FieldMap(
        source=source,
        is_confirmed=shown.is_confirmed,
        targets=[_target(entry) for entry in shown.entries],
        fields=[
            answers.FieldOfSource(
                external_id=field.external_id, name=field.name, kind=field.kind, code=field.code,
                options=list(field.options), example=shown.samples.get(field.external_id),
            )
            for field in shown.fields
        ],
    )  # fmt: skip


def _target(entry: field_map.Entry) -> answers.Target:
    known = fieldmap.TARGETS.get(entry.target)
    offer = entry.offer
    return answers.Target(
        target=entry.target,
        means=known.means if known else "",
        kinds=list(known.kinds) if known else [],
        field=entry.external_id or None,
        is_confirmed=entry.is_confirmed,
        warning=str(entry.wrong) if entry.wrong else None,
        offer=offer and answers.Offer(field=offer.external_id, name=offer.name, why=offer.why),
    )
