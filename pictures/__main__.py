"""Takes pictures of all pages of a demo, in both languages and themes, into docs/pictures.

    ./run pictures

Takes about two minutes. `--at ADDRESS` takes them of what runs there, `--into FOLDER` puts them
elsewhere, `--only NAME` takes one page.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from pictures.current import FOLDER, NOTED, digest
from pictures.served import served
from pictures.shot import shoot
from pictures.tour import tour

LANGUAGES = ("ru", "en")
THEMES = ("light", "dark")
_WIDTH, _HEIGHT = 1200, 900


def main() -> None:
    """Start a demo if there is none, walk, write."""
    parser = argparse.ArgumentParser(prog="./run pictures", description=__doc__)
    parser.add_argument("--at", metavar="ADDRESS", help="of what runs there")
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="FOLDER")
    parser.add_argument("--only", metavar="NAME", help="of one page, such as: today")
    asked = parser.parse_args()
    with _address(asked.at) as address:
        names = take(address, asked.into, only=asked.only)
    if asked.only is None:
        _index(asked.into, names)
    if asked.only is None and asked.into == FOLDER:
        NOTED.write_text(digest() + "\n")


def take(address: str, into: Path, *, only: str | None = None) -> list[str]:
    """Pictures of all pages, `LANGUAGE-THEME/NAME.webp`; their names."""
    with httpx.Client(base_url=address, timeout=60) as client:
        pages = {name: at for name, at in tour(client).items() if only in {None, name}}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for language in LANGUAGES:
            for theme in THEMES:
                page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
                page.goto(f"{address}/kpis?lang={language}&theme={theme}")  # remembered by cookies
                folder = into / f"{language}-{theme}"
                folder.mkdir(parents=True, exist_ok=True)
                _take(page, address, pages, folder)
                page.close()
        browser.close()
    return list(pages)


def _take(page: Page, address: str, pages: dict[str, str], folder: Path) -> None:
    for at, (name, path) in enumerate(pages.items(), start=1):
        print(f"\r{folder.name}: {at} of {len(pages)}", end="", file=sys.stderr)
        page.goto(address + path)
        (folder / f"{name}.webp").write_bytes(shoot(page))
    print(file=sys.stderr)


@contextmanager
def _address(given: str | None) -> Iterator[str]:
    if given is not None:
        yield given.rstrip("/")
        return
    print("starting a demo", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        data = {"KAM_SYNC_DATA_DIR": f"{folder}/data"}
        with served(Path(folder), "demo", **data) as address:
            yield address


def _index(folder: Path, names: list[str]) -> None:
    """A table of all pictures."""
    looks = [f"{language}-{theme}" for language in LANGUAGES for theme in THEMES]
    lines = [
        "# All pages in pictures\n",
        "Of the made-up company of the demo; taken by `./run pictures`.\n",
        "| page | " + " | ".join(looks) + " |",
        "|---" * (len(looks) + 1) + "|",
        *(
            f"| {name} | " + " | ".join(f"[{one}]({one}/{name}.webp)" for one in looks) + " |"
            for name in names
        ),
    ]
    (folder / "README.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
