"""`kam-sync connector new NAME`: the files of a new kind of CRM, with all checks green at once."""

import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from connectors import Spoken
from kam_sync.base.errors import WrongUse

app = typer.Typer(no_args_is_help=True, help="Write a connector for another kind of CRM.")

_TEMPLATES = Path(__file__).parent / "scaffold"
_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")
_FILES = {
    "connector.py": "connectors/{name}.py",
    "sandbox_init.py": "connectors/sandbox/{name}/__init__.py",
    "sandbox_box.py": "connectors/sandbox/{name}/box.py",
    "sandbox_served.py": "connectors/sandbox/{name}/served.py",
    "test.py": "tests/connectors/test_{name}.py",
    "docs.md": "docs/{name}.md",
}
_LINES = (
    ("connectors/registry.py", "_CLASSES = {{\n", '    "{name}": "connectors.{name}:{Class}",\n'),
    ("pyproject.toml", '  "registry",\n  "', "{name} | "),
    (
        "docs/adding-a-crm.md", "## amoCRM\n",
        "## {Title}\n\nSee [{name}.md]({name}.md).\n\n",
    ),
    ("CHANGELOG.md", "### Added\n\n", "- {Title}: users, pipelines, companies, deals and tasks.\n"),
)  # fmt: skip
"""Where a line is added: the file, what it has to stand behind (or, of documents, before)."""


@app.callback()
def _group() -> None:
    """Keep `new` a command of its own."""


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Its kind: 2 to 31 small Latin letters and digits.")],
    *,
    title: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    into: Annotated[
        Path, typer.Option(help="The checkout of kam_sync to write it into.", file_okay=False)
    ] = Path(),
) -> None:
    """Write a connector with its sandbox, tests and page of docs, as a small REST API has it.

    What is written works and passes all checks; change it file by file into your CRM.

    Example: kam-sync connector new acme --title "Acme CRM"
    """
    if not _NAME.fullmatch(name):
        raise WrongUse(_wrong_name(name))
    if not (into / "connectors" / "registry.py").is_file():
        raise WrongUse(
            f"{into.resolve()}: this is no checkout of kam_sync; go there, or use --into"
        )
    words = {"name": name, "Class": name.capitalize(), "Title": title or name.capitalize()}
    files = {into / where.format(**words): _filled(what, words) for what, where in _FILES.items()}
    there = [path for path in files if path.exists()]
    if there:
        raise WrongUse(f"{there[0]}: it is there already; choose another name")
    changed = {
        into / where: _with_line(into / where, at, line, words) for where, at, line in _LINES
    }
    for path, text in (files | changed).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(str(path.relative_to(into)))
    typer.echo(f"Next: ./run fmt, then ./run test tests/connectors/test_{name}.py", err=True)


def _wrong_name(name: str) -> Spoken:
    """The rule for names, and one that may do."""
    near = re.sub(r"[^a-z0-9]", "", name.lower()).lstrip("0123456789")[:31]
    is_near = bool(_NAME.fullmatch(near))
    return Spoken(
        f"{name!r} cannot be a kind: a name has 2 to 31 small Latin letters and digits, a letter "
        "first, and no other signs" + (f"; for example: {near}" if is_near else ""),
        f"{name!r} не может быть видом CRM: в имени от 2 до 31 знака, только строчные латинские "
        "буквы и цифры, первой идёт буква" + (f"; например: {near}" if is_near else ""),
    )


def _filled(template: str, words: dict[str, str]) -> str:
    return Template((_TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")).substitute(words)


def _with_line(path: Path, at: str, line: str, words: dict[str, str]) -> str:
    text, at = path.read_text(encoding="utf-8"), at.format(**words)
    if at not in text:
        raise WrongUse(f"{path}: there is no {at.strip()!r} to add a line to; add it by hand")
    added = line.format(**words)
    return text.replace(at, added + at if at.startswith("## ") else at + added, 1)
