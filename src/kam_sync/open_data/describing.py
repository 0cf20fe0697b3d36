"""Writes the page of open data: each view with its columns."""

from collections.abc import Iterator, Sequence

from kam_sync.open_data.model import View

MARK = "<!-- Below: `kam-sync open document docs/open-data.md` writes this. -->"


def document(page: str, views: Sequence[View]) -> str:
    """The page, with all below its mark written anew."""
    before, mark, _ = page.partition(MARK)
    return before + (mark or MARK) + "\n" + "".join(_section(view) for view in views)


def _section(view: View) -> str:
    return "\n" + "\n".join(_lines(view)) + "\n"


def _lines(view: View) -> Iterator[str]:
    yield f"### `{view.full_name}`\n"
    files = f"one for each month of `{view.month}`" if view.month else "one"
    yield f"{view.says} Key: {', '.join(f'`{name}`' for name in view.key)}. Files: {files}.\n"
    yield "| column | type | what |"
    yield "|---|---|---|"
    for column in view.columns:
        yield f"| `{column.name}` | {column.type} | {column.says} |"
