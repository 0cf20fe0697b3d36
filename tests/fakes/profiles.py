"""The shipped profiles, made ready for the sandbox."""

import orjson

from connectors.profiled import reading
from connectors.sandbox.sbercrm.box import USER, WEBHOOK
from connectors.sandbox.sbercrm.shapes import uuid

OFFSET = 'query: {limit: "{size}", offset: "{offset}"}'
BY = {
    "offset": ("offset", ""),
    "page": ("page", ""),
    "cursor": ("cursor", ", next_at: next.cursor"),
    "link": ("cursor", ", next_at: next.link"),
}


def sbercrm() -> str:
    """With the ids of the sandbox's entities."""
    text = reading.shipped("sbercrm").replace("per_second: 1", "per_second: 0")
    text = text.replace("size: 200", "size: 100")
    for noun in ("company", "contact", "deal"):
        text = text.replace(f"REPLACE-ME-{noun.upper()}", uuid(noun, 0))
    return text


def writing_sbercrm() -> str:
    """The same, that also writes tasks by the webhook."""
    text = sbercrm().replace("\nauth:", "  task_webhook_url: its address\n\nauth:", 1)
    return text + (
        'writes:\n  task:\n    url: "${task_webhook_url}"\n    id_at: id\n'
        '    body: {name: "{title}", "kommentarij$c": "{text}", "srok$c": "{due_on}"}\n'
        '  done:\n    url: "${task_webhook_url}"\n'
        '    body: {id: "{id}", name: "{title}", done: true, "kommentarij$c": "{text}"}\n'
    )


def generic(kind: str = "offset", size: int = 100) -> str:
    """With another kind of paging."""
    name, more = BY[kind]
    query = f'query: {{limit: "{{size}}", {name}: "{{{name}}}"}}'
    paging = f"paging: {{kind: {kind}, size: {size}{more}}}"
    text = reading.shipped("generic").replace("per_second: 2", "per_second: 0")
    return text.replace(OFFSET, query).replace("paging: {kind: offset, size: 200}", paging)


def secrets(password: str, url: str = "") -> str:
    """What opens the sandbox."""
    webhook = f"{url}/react-gateway/api/webhook/{WEBHOOK}"
    given = {"username": USER, "password": password, "task_webhook_url": webhook}
    return orjson.dumps(given).decode()
