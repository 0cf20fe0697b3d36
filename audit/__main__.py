"""`python -m audit` asks for known holes, `python -m audit licences` writes docs/licences.md."""

import sys

from audit import holes, licences

if sys.argv[1:] == ["licences"]:
    licences.DOCUMENT.write_text(licences.document())
else:
    sys.exit(holes.look())
