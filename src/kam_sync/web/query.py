"""Query parameters as one model, so that a misspelt one is refused and not passed over."""

from typing import Annotated, TypeVar

from fastapi import Query

from kam_sync.web.paging import Paging

_Query = TypeVar("_Query", bound=Paging)

Asked = Annotated[_Query, Query()]
