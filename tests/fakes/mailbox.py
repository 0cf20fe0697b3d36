"""A real mail server on this machine that keeps what it is sent."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from benchmarks.ports import free_port


@dataclass
class Mailbox:
    """`with Mailbox() as box: box.url`; it may be opened again at the same port."""

    port: int = 0
    refusal: str = ""
    """What it answers instead of taking a message: "554 no"."""
    mails: list[EmailMessage] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    """To whom each was sent."""

    def __enter__(self) -> Self:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port or free_port())
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """A channel that ends here."""
        return f"mailto://127.0.0.1:{self.port}?from=kam@example.com&to=olga@example.com"

    def texts(self) -> list[str]:
        """What the messages say."""
        said = (str(mail.get_content()).strip() for mail in self.mails)
        return [one.replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ") for one in said]

    async def handle_DATA(  # noqa: N802 - its name there
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        if self.refusal:
            return self.refusal
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.readers += envelope.rcpt_tos
        return "250 OK"
