"""Which hosts may be told a secret: those of the CRM's maker, and what an admin adds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.kit.errors import ErrorKind, NeedsPerson

_NETLOC = re.compile(r"(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")

_PATH = re.compile(r"(?:[\w.~%-]+(?:/[\w.~%-]+)*)?")


@dataclass(frozen=True, slots=True)
class Hosts:
    """An allow-list: without it whoever names an address is handed our tokens."""

    own: tuple[str, ...]
    """Domains of the CRM's maker: every account has a name under one of them, by https alone."""
    added: tuple[str, ...] = ()
    """What an admin adds: `host`, `host:port` or `.domain` for all names under it."""
    has_path: bool = False
    """An address of this kind goes on behind the host, as where one server has many bases."""

    def admit(self, base_url: str) -> str:
        """The address, or NeedsPerson when it may not be told a secret."""
        scheme, _, rest = base_url.rstrip("/").partition("://")
        host, slash, path = rest.partition("/") if self.has_path else (rest, "", "")
        is_path = _PATH.fullmatch(path) is not None
        shown = base_url if self.has_path else _without_path(base_url)
        admitted = self._address(scheme.lower(), host.lower() if is_path else "", shown=shown)
        return f"{admitted}{slash}{path}"

    def beside(self, base_url: str, host: str) -> str:
        """The address of another host of the same CRM, as somebody out there names it."""
        return self._address(urlsplit(base_url).scheme, host.lower(), shown=host)

    def family(self, base_url: str) -> str | None:
        """The maker's domain that an address is under; None for a host that an admin added."""
        return _under(urlsplit(base_url).hostname or "", self.own)

    def _address(self, scheme: str, host: str, *, shown: str) -> str:
        if _NETLOC.fullmatch(host) and scheme in {"http", "https"}:
            name = host.rpartition(":")[0] if re.search(r":[0-9]+$", host) else host
            if {host, name} & set(self.added) or _under(name, _domains(self.added)):
                return f"{scheme}://{host}"
            is_account = _under(host, self.own) and not host.startswith("www.")
            if is_account and scheme == "https":
                return f"https://{host}"
        if scheme == "http" and _under(host, self.own):
            said = f"{shown[:200]!r} is not encrypted; write https://"
            raise NeedsPerson(said, kind=ErrorKind.STRANGE_HOST)
        known = ", ".join(f"https://....{domain}" for domain in self.own)
        raise NeedsPerson(
            f"{shown[:200]!r} is no address of this CRM{known and f' ({known})'}; "
            "if it is one of yours, add its host to KAM_SYNC_CRM_HOSTS",
            kind=ErrorKind.STRANGE_HOST,
        )


def _without_path(address: str) -> str:
    """An address as it may be repeated: what stands behind the host may be a webhook's secret."""
    scheme, _, rest = address.rstrip("/").partition("://")
    host, slash, _ = rest.partition("/")
    return f"{scheme}://{host}/..." if slash else address


def _domains(added: Iterable[str]) -> list[str]:
    return [entry.removeprefix(".") for entry in added if entry.startswith(".")]


def _under(name: str, domains: Iterable[str]) -> str | None:
    return next((domain for domain in domains if name.endswith(f".{domain}")), None)
