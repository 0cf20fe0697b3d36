"""The tables of this room: what was told to people, and what is sent to integrators."""

from kam_sync.notify.store.channels import ChannelStore
from kam_sync.notify.store.deliveries import DeliveryStore
from kam_sync.notify.store.erasing import mask_messages
from kam_sync.notify.store.known import KnownStore
from kam_sync.notify.store.notifications import NotifyStore
from kam_sync.notify.store.sends import SendStore
from kam_sync.notify.store.targets import TargetStore

__all__ = [
    "ChannelStore",
    "DeliveryStore",
    "KnownStore",
    "NotifyStore",
    "SendStore",
    "TargetStore",
    "mask_messages",
]
