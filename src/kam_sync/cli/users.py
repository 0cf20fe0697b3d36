"""`kam-sync user ...`: who may log in, and what they may."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.access.model import COMMAND, Role
from kam_sync.base.command import command
from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from kam_sync.access.model import Member
    from kam_sync.wiring import Services

app = typer.Typer(
    no_args_is_help=True,
    help=f"""Who may log in, and what they may. The first one has to be an admin:
    `{command("user add you@example.com --role admin")}` prints a link to set the password.
    From then on nobody gets in without logging in.""",
)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="What they log in with.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Keepers = Annotated[
    list[str] | None,
    typer.Option(
        "--keeper",
        help="Of the role kam: whose accounts are seen, an e-mail or source/id as the CRM knows "
        "them; again for more. Left out: of who has the same e-mail.",
    ),
]
Name = Annotated[str | None, typer.Option(help="What people call them.")]


@app.command()
def add(
    email: Email,
    *,
    role: Annotated[Role, typer.Option(help="admin may all; docs/access.md says what each may.")],
    name: Name = None,
    keeper: Keepers = None,
    password: Annotated[
        str | None,
        typer.Option(metavar="-", help="Read the password from standard input: no link then."),
    ] = None,
    json: Json = False,
) -> None:
    """Let somebody in: prints a link, good once and for three days, to set a password."""
    from kam_sync.access import members
    from kam_sync.access.members import Change

    given = _read(password)
    with opened() as services, services.database.transaction() as session:
        now = services.now()
        member, token = members.invite(session, email, Change(name, role, keeper), COMMAND, now)
        if given is not None:
            members.set_password(session, member, given, COMMAND, now)
        _told(services, member, token if given is None else "", json=json)


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show who may log in."""
    from kam_sync.access.store import MemberStore
    from kam_sync.cli import show

    with opened() as services, services.database.transaction() as session:
        documents = [_document(one) for one in MemberStore(session).all()]
        zone = services.zone
    if json:
        show.as_json({"users": documents})
        return
    if not documents:
        way = command("user add you@example.com --role admin")
        typer.echo(f"nobody yet, so whoever is at this machine is an admin; begin: {way}", err=True)
        return
    rows = [
        (d["email"], d["name"], d["role"], " ".join(d["keeper_keys"]),
         "active" if d["is_active"] else "off", show.moment(d["entered_at"], zone))
        for d in documents
    ]  # fmt: skip
    columns = ("e-mail", show.Column("name", rank=2), "role", show.Column("keepers", rank=3),
               "state", show.Column("last log-in", rank=1))  # fmt: skip
    show.table("Users", columns, rows)


@app.command("set")
def set_(
    email: Email,
    *,
    role: Annotated[Role | None, typer.Option(help="Another role.")] = None,
    name: Name = None,
    keeper: Keepers = None,
    is_active: Annotated[
        bool | None, typer.Option("--on/--off", help="Let in again, or no more.")
    ] = None,
    json: Json = False,
) -> None:
    """Change what somebody may; one active admin always stays."""
    from kam_sync.access.members import Change

    _change(email, Change(name, role, keeper, is_active), json=json)


@app.command()
def off(email: Email, *, json: Json = False) -> None:
    """Let somebody in no more, and end their log-ins at once; `user set --on` takes it back."""
    from kam_sync.access.members import Change

    _change(email, Change(is_active=False), json=json)


@app.command()
def reset(email: Email, *, json: Json = False) -> None:
    """Print a link to set a new password; after too many wrong ones they need not wait."""
    from kam_sync.access import members
    from kam_sync.access.store import MemberStore

    with opened() as services, services.database.transaction() as session:
        member = MemberStore(session).by_email(members.email_of(email))
        token = members.link(session, member.id, COMMAND, services.now())
        _told(services, member, token, json=json)


def _change(email: str, wanted: Any, *, json: bool) -> None:
    from kam_sync.access import members
    from kam_sync.access.store import MemberStore

    with opened() as services, services.database.transaction() as session:
        its = MemberStore(session).by_email(members.email_of(email)).id
        member = members.change(session, its, wanted, COMMAND, services.now())
        _told(services, member, "", json=json)


def _told(services: "Services", member: "Member", token: str, *, json: bool) -> None:
    """Say how it is now, with the link where there is one."""
    from kam_sync.cli import show

    public = services.settings.public_url
    base = "http://127.0.0.1:8000" if public is None else str(public).rstrip("/")
    link = f"{base}/login/link/{token}" if token else ""
    if json:
        show.as_json({**_document(member), **({"link": link} if link else {})})
        return
    state = "" if member.is_active else ", switched off"
    typer.echo(f"user {member.email}: {member.role.value}{state}", err=True)
    if link:
        typer.echo("the link to set a password, good once and for three days:", err=True)
        typer.echo(link)


def _read(given: str | None) -> str | None:
    if given is None:
        return None
    if given != "-":
        raise typer.BadParameter("give - and the password on standard input: others see arguments")
    return sys.stdin.readline().strip()


def _document(member: "Member") -> dict[str, Any]:
    shown = {"email", "name", "role", "keeper_keys", "is_active", "made_at", "password_set_at",
             "entered_at"}  # fmt: skip
    return {"id": str(member.id), **member.model_dump(include=shown)}
