"""Messengers and e-mail as channels: apprise speaks to each, behind a fence.

It is imported when something is sent or checked, for it knows a hundred services. Its own log says
too much (tokens stand in addresses), so it goes nowhere: why a try failed is said in our words.
"""

import logging
import os
import re
import threading
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from kam_sync.notify.channel import Ill, Letter, Tried, WrongChannel
from kam_sync.notify.channels.fence import fenced
from kam_sync.notify.channels.webhook import look_up
from kam_sync.notify.model import Wrong, WrongTarget
from kam_sync.notify.reach import Allowed, Place, require

if TYPE_CHECKING:
    from apprise import NotifyBase

_LOCAL = frozenset({
    "blink1", "dbus", "kde", "qt", "glib", "gio", "gnome", "macosx", "windows", "syslog",
})  # fmt: skip
"""They show on the screen, the lamp or in the log of this machine, where nobody looks."""
_UNSEEN = frozenset({
    "amqp", "amqps", "mqtt", "mqtts", "nostr", "rsyslog", "smpp", "smpps", "xmpp", "xmpps",
})  # fmt: skip
"""They send by threads of their own, which no fence sees, or to machines and not to people."""
_MAIL = frozenset({"mailto", "mailtos"})
_SCHEMA = re.compile(r"([a-z][a-z0-9]{0,31})://\S", re.ASCII)
_LONGEST = 2000
_HTTP = re.compile(r"error=(\d{3})\b")
_SMTP = re.compile(r"\(([45]\d\d), b['\"]")
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_ILLS = {Wrong.NO_HOST: Ill.NO_HOST, Wrong.NOT_PUBLIC: Ill.NOT_PUBLIC}
_SAID = (
    ("timed out", "no answer in time"),
    ("Timeout", "no answer in time"),
    ("Name or service not known", "no such host"),
    ("Failed to resolve", "no such host"),
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted"),
)


def address_of(url: str, allowed: Allowed, *, is_untested: bool = False) -> str:
    """What may be shown of a URL, or WrongChannel when nothing can be sent by it.

    Args:
        is_untested: a host that is not found yet is no matter; each sending looks again.
    """
    service = _open(url, allowed)
    schema, host = _schema(url), _host(service)
    if not _is_shown(host):
        return schema
    try:
        _admit(host, allowed)
    except WrongChannel as error:
        if not is_untested or error.why is not Ill.NO_HOST:
            raise
    return f"{schema}://{host}"


def _admit(host: str, allowed: Allowed) -> None:
    """WrongChannel when a server may not be reached."""
    found = look_up(host, 443)
    if not found and not _is_shown(host) and not getproxies():
        return  # perhaps no server at all; nothing is sent to it, as the fence sees each address
    try:
        require(Place(host, 443, is_plain=False), found, allowed)
    except WrongTarget as error:
        said = str(error).replace("target", "channel", 1)
        raise WrongChannel(said, _ILLS.get(error.why, Ill.URL)) from error


def send(url: str, letter: Letter, allowed: Allowed) -> Tried:
    """Send a letter; whatever happens is an answer."""
    apprise = _library()
    try:
        service = _open(url, allowed)
        if host := _host(service):  # where there is a proxy, the fence sees no more than that
            _admit(host, allowed)
    except WrongChannel as error:
        return Tried(str(error))
    if _schema(url) in _MAIL:
        service.notify_format = apprise.NotifyFormat.TEXT
    service.overflow_mode = apprise.OverflowMode.SPLIT  # a long message comes in parts, and whole
    title = letter.subject if service.title_maxlen else ""
    text, form = _formed(service, letter.text)
    with fenced(allowed) as fence, _Heard() as heard:
        try:
            is_taken = service.notify(
                title=title, body=text, body_format=form, notify_type=apprise.NotifyType.INFO
            )
        except Exception as error:  # noqa: BLE001 - theirs, and a failed try as any other
            return Tried(fence.refusal or f"not sent: {type(error).__name__}")
    return Tried() if is_taken else Tried(fence.refusal or _why(heard.said))


def _formed(service: "NotifyBase", text: str) -> tuple[str, Any]:
    """A text as a service takes it.

    Where that is HTML alone we escape it: apprise takes what looks like a tag for one, and a name
    with "<" in it cuts off what follows.
    """
    formats = _library().NotifyFormat
    taken: Any = service.notify_format  # one of them, or several
    taken = taken if isinstance(taken, tuple) else (taken,)
    if formats.TEXT in taken or formats.HTML not in taken:
        return text, formats.TEXT
    return escape(text, quote=False).replace("\n", "<br/>"), formats.HTML


def _open(url: str, allowed: Allowed) -> "NotifyBase":
    found = _SCHEMA.match(url)
    if found is None or len(url) > _LONGEST or not url.isprintable():
        raise WrongChannel(
            "channel URL: an apprise URL such as tgram://TOKEN/CHAT or mailtos://USER:PASSWORD@HOST"
            " is needed", Ill.URL,
        )  # fmt: skip
    schema = found[1]
    if schema in _LOCAL:
        raise WrongChannel(
            f"channel URL: {schema}:// stays on the machine that kam_sync runs on, where nobody "
            "would see it; choose a service that reaches people", Ill.LOCAL,
        )  # fmt: skip
    apprise = _library()
    with fenced(allowed), _Heard():
        service: NotifyBase | None = None
        if schema not in _UNSEEN:
            service = apprise.Apprise.instantiate(url, asset=_asset())
    if service is None:
        raise WrongChannel(
            f"channel URL: nothing can be sent by this {schema}:// address; it is misspelt, or "
            "this service is not offered", Ill.URL,
        )  # fmt: skip
    return service


@cache
def _library() -> Any:
    """apprise with all its services, and without its log."""
    import apprise
    from apprise.manager_plugins import NotificationManager

    services: Any = NotificationManager
    services().schemas()  # reads its files now, outside of the fence
    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.DEBUG)
    for name in ("urllib3", "requests", "requests_oauthlib"):  # addresses hold tokens
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return apprise


@cache
def _asset() -> Any:
    return _library().AppriseAsset(
        app_id="kam_sync", app_desc="kam_sync", app_url="", storage_mode="memory",
        async_mode=False, http_redirects=False,
    )  # fmt: skip


class _Heard(logging.Handler):
    """Listens to what the library says of a try in this thread."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []
        self._thread = threading.get_ident()

    def __enter__(self) -> "_Heard":
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.said.append(record.getMessage())


def _why(said: list[str]) -> str:
    """Why a try failed, as far as it can be said without what the library says."""
    text = "\n".join(said)
    if found := _HTTP.search(text):
        return f"not taken: HTTP {found[1]}"
    if found := _SMTP.search(text):
        return f"not taken: the mail server answers {found[1]}"
    if found := _ERRNO.search(text):
        return f"not reached: {os.strerror(int(found[1]))}"
    return next((ours for theirs, ours in _SAID if theirs in text), "not taken, without a reason")


def _schema(url: str) -> str:
    return urlsplit(url).scheme.lower()


def _host(service: "NotifyBase") -> str:
    """The server that is spoken to, where the URL names one."""
    named = getattr(service, "smtp_host", "") or service.host
    if "host" not in service.template_tokens or not isinstance(named, str):
        return ""
    return named.strip("[]").lower()


def _is_shown(host: str) -> bool:
    """Whether it is surely a server's name, and no secret that stands in its place."""
    return "." in host or ":" in host or host == "localhost"
