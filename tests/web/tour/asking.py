"""Asks the API as a client does and keeps what was asked and answered, by operation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from httpx import Client, Response

_SECRETS = {
    r"whsec_[\w+/=-]+": "whsec_c2VjcmV0LW9mLWFuLWV4YW1wbGU",
    r"kam_[\w-]{20,}": "kam_an-invented-key",
    r"(?<=token=)[\w-]+|(?<=/)[\w-]{40,}": "an-invented-token",
}
"""What is told once, and instead of it."""
_SHOWN = 2
"""Items of a list in an example."""


@dataclass
class Seen:
    """One call: the parameters by name, the body, the answer."""

    parameters: dict[str, Any]
    body: Any
    status: int
    answer: Any

    def as_dict(self) -> dict[str, Any]:
        """As it is kept; what there was none of is left out."""
        plain = {"parameters": self.parameters, "body": self.body, "status": self.status,
                 "answer": self.answer}  # fmt: skip
        return {name: value for name, value in plain.items() if value not in (None, {})}


@dataclass
class Walk:
    """A client with a memory of the first good call of each operation."""

    client: Client
    says: Mapping[str, str] = field(default_factory=dict)
    """What is written instead of addresses of this machine, and of secrets."""
    seen: dict[str, Seen] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def ask(self, operation: str, body: Any = None, **given: Any) -> Any:
        """Do an operation such as `get /api/v1/accounts/{account_id}`; its answer."""
        method, _, template = operation.partition(" ")
        names = set(re.findall(r"{(\w+)}", template))
        path = template.format(**{name: given[name] for name in names})
        rest = {name.rstrip("_"): value for name, value in given.items() if name not in names}
        how: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = self.client.request(
            method.upper(), path, params=rest, **({} if body is None else how)
        )
        found = _content(answer)
        if not answer.is_success:
            self.refused.append(f"{operation}: {answer.status_code} {found}")
            return found
        told = self._told(found if answer.content else None)
        shown = body.decode() if isinstance(body, bytes) else self._told(body)
        parameters = {name.rstrip("_"): value for name, value in given.items()}
        kept = Seen(parameters, shown, answer.status_code, told)
        if operation not in self.seen or _is_fuller(kept, self.seen[operation]):
            self.seen[operation] = kept
        return found

    def _told(self, found: Any) -> Any:
        """Lists cut short, nothing of this machine."""
        if isinstance(found, str):
            for what, instead in self.says.items():
                found = found.replace(what, instead)
            for what, instead in _SECRETS.items():
                found = re.sub(what, instead, found)
            return found
        if isinstance(found, list):
            return [self._told(one) for one in found[:_SHOWN]]
        if isinstance(found, dict):
            return {name: self._told(one) for name, one in found.items()}
        return found


def _content(answer: Response) -> Any:
    if answer.content and "json" in answer.headers.get("content-type", ""):
        return answer.json()
    return "\n".join(answer.text.splitlines()[:3])


def _is_fuller(new: Seen, old: Seen) -> bool:
    """Whether a list that was empty has items now."""

    def items(seen: Seen) -> int:
        return len(seen.answer.get("items", ())) if isinstance(seen.answer, dict) else 0

    return items(new) > 0 and items(old) == 0
