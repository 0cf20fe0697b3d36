"""What a person's browser does at the consent page of the sandbox."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx

from connectors.sandbox.amocrm import AmoSandbox

TRUST = httpx.create_ssl_context()
"""For every client in tests: making one takes longer than most requests to a sandbox."""


def ways_back(link: str) -> dict[str, str]:
    """Where the consent page leads: `allow` and `refuse`."""
    page = httpx.get(link, verify=TRUST).raise_for_status().text
    return {name: unescape(to) for name, to in re.findall(r'id="(\w+)" href="([^"]+)"', page)}


def link_in(page: str, box: AmoSandbox) -> str:
    """The link to the consent page that a page of ours or a command shows."""
    return unescape(re.findall(re.escape(box.url) + r"/oauth\?[^\s\"]+", page)[0])


def target(way_back: str) -> str:
    """Path and query of an address, as a client of ours asks for it."""
    parts = urlsplit(way_back)
    return f"{parts.path}?{parts.query}"


def parameters(way_back: str) -> dict[str, str]:
    """What an address carries."""
    return dict(parse_qsl(urlsplit(way_back).query))
