"""Files that pages load. Each is asked for with the digest of all of them, and then kept by the
browser for good: what changes has another address."""

from urllib.parse import parse_qs

import fastapi.staticfiles
from starlette.responses import Response
from starlette.types import Scope

_FOR_GOOD = "public, max-age=31536000, immutable"


class StaticFiles(fastapi.staticfiles.StaticFiles):
    """Files of a folder."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; to be kept where the address says which version it is."""
        response = await super().get_response(path, scope)
        if b"v" in parse_qs(scope["query_string"]):
            response.headers["Cache-Control"] = _FOR_GOOD
        return response
