"""Of what the pictures in docs/ were taken, so that a test can say that they are of old pages."""

from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "pictures"
NOTED = FOLDER / "taken-of.txt"
_LOOK = ("templates", "static", "locale", "pages", "wording")


def digest() -> str:
    """Changes with any file that pages are made of."""
    found = sha256()
    for part in _LOOK:
        for path in sorted((ROOT / "src/kam_sync/web" / part).rglob("*")):
            if path.is_file() and path.suffix in {".html", ".css", ".js", ".po", ".py"}:
                found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
