"""Query parameters as one model, so that a misspelt one is refused and not passed over."""

from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import BaseModel

_Query = TypeVar("_Query", bound=BaseModel)

Asked = Annotated[_Query, Query()]
