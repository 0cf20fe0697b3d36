"""Whom the identity provider's word lets in, and as what."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import uuid4

from kam_sync.access import members
from kam_sync.access.members import Change
from kam_sync.access.model import Actor, Member, Role, What
from kam_sync.access.oidc import Claims
from kam_sync.access.store import EventStore, MemberStore
from kam_sync.access.wrong import WrongAccess
from kam_sync.base.db import Session

_PROVIDER = "identity provider"


def admit(
    session: Session, claims: Claims, roles: Mapping[str, str], address: str, now: datetime
) -> Member | None:
    """The member that somebody is; None who was neither invited nor has a group that lets in.

    Who was invited is known by the verified e-mail the first time, and from then on by the
    provider's own name for them. A group that is mapped to a role gives it at each log-in.
    """
    store, role = MemberStore(session), role_of(claims.groups, roles)
    store.alone()  # two windows of a browser that is restored log in for the first time at once
    member = store.by_subject(claims.subject) or (
        store.find(claims.email) if claims.email else None
    )
    actor = Actor(f"{_PROVIDER}: {claims.email or claims.subject}"[:200], address)
    if member is None and role is not None and claims.email:
        member = store.add(
            Member(
                id=uuid4(),
                email=members.email_of(claims.email),
                name=claims.name[:100],
                role=role,
                made_at=now,
            )
        )
        EventStore(session).add(What.INVITED, actor, f"{member.email} ({role.value})", now)
    if member is None or not member.is_active or not store.is_subject(member.id, claims.subject):
        EventStore(session).add(What.REFUSED, actor, "", now)
        return None
    store.change(member.id, subject=claims.subject)
    if role is not None and role is not member.role:
        return _given(session, member, role, actor, now)
    return member


def role_of(groups: Iterable[str], roles: Mapping[str, str]) -> Role | None:
    """The role of somebody's groups: the first that is mapped, in the order of the mapping."""
    theirs = set(groups)
    return next((Role(role) for group, role in roles.items() if group in theirs), None)


def _given(session: Session, member: Member, role: Role, actor: Actor, now: datetime) -> Member:
    """With the role of the group; the last admin keeps theirs."""
    try:
        return members.change(session, member.id, Change(role=role), actor, now)
    except WrongAccess:
        return member
