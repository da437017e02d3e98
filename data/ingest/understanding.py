"""What a message comes to: samples, a position, what its device says of itself, or a dead letter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec
import structlog

from data.errors import DecodeError
from data.ingest.decode import Decoded, Decoder, Message, Request
from data.ingest.tenants import TenantTopics
from data.store.batch import Announcement, DeadLetter, Position, Sample

log = structlog.get_logger(__name__)


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """What one message comes to."""

    tenant: str
    samples: tuple[Sample, ...] = ()
    position: Position | None = None
    announcements: tuple[Announcement, ...] = ()
    dead_letter: DeadLetter | None = None
    request: Request | None = None  # what to ask the device for, on its full topic


class Interpreter:
    """Decodes messages of all tenants, with a decoder for each: what one's devices announce is not another's.

    Args:
        new_decoder: Makes one.
        tenants: Whose a topic is.
        earliest: The time before which readings are no longer kept, at a time; None: all are.
    """

    def __init__(
        self,
        *,
        new_decoder: Callable[[], Decoder],
        tenants: TenantTopics,
        earliest: Callable[[datetime], datetime | None] = lambda now: None,
    ) -> None:
        self._new_decoder = new_decoder
        self._tenants = tenants
        self._earliest = earliest
        self._decoders: dict[str, Decoder] = {}

    def understand(self, topic: str, payload: bytes, *, retain: bool, received_at: datetime) -> Understood:
        """Decode a message; what cannot be decoded becomes a dead letter."""
        try:
            tenant, own_topic = self._tenants.split(topic)
            message = Message(topic=own_topic, payload=payload, retain=retain, received_at=received_at)
            decoded = self._decoder(tenant).decode(message)
            samples = tuple(_samples(decoded, message, tenant))
            self._refuse_old(samples, received_at)
        except DecodeError as error:
            reason = str(error)
        except Exception as error:  # a mistake in a convention must not stop all the others
            log.exception("decoder failed", topic=topic)
            reason = f"The decoder failed: {type(error).__name__}."
        else:
            return Understood(
                tenant=tenant,
                samples=samples,
                position=_position(decoded, tenant) if samples else None,
                announcements=tuple(_announcements(decoded, message, tenant)),
                request=_request(decoded, topic.removesuffix(own_topic)),
            )
        return self.refuse(topic, payload, retain=retain, received_at=received_at, reason=reason)

    def refuse(
        self, topic: str, payload: bytes, *, retain: bool, received_at: datetime, reason: str
    ) -> Understood:
        """A message as a dead letter."""
        tenant = self._tenants.owner(topic)
        letter = DeadLetter(
            tenant=tenant,
            topic=topic,
            payload=payload,
            received_at=received_at,
            reason=reason,
            retained=retain,
        )
        return Understood(tenant=tenant, dead_letter=letter)

    def _decoder(self, tenant: str) -> Decoder:
        if tenant not in self._decoders:
            self._decoders[tenant] = self._new_decoder()
        return self._decoders[tenant]

    def _refuse_old(self, samples: tuple[Sample, ...], now: datetime) -> None:
        earliest = self._earliest(now)
        # Stored again after its time, a reading would be counted twice in rollups that are kept for longer.
        if earliest is not None and any(sample.at < earliest for sample in samples):
            raise DecodeError("The message's time is further back than readings are kept.")


def _samples(decoded: Decoded, message: Message, tenant: str) -> Iterator[Sample]:
    for reading in decoded.readings:
        # The broker replays a retained message for a new subscription. It is of unknown age and may
        # have been stored when it was new, so without a time of its own it is no reading.
        if reading.at is None and message.retain:
            continue
        at = reading.at or message.received_at
        yield Sample(
            tenant=tenant,
            device=reading.device,
            metric=reading.metric,
            convention=decoded.convention,
            at=at,
            # A replay says nothing of now: a device that fell silent is not heard again by it.
            received_at=min(at, message.received_at) if message.retain else message.received_at,
            value=reading.value,
            unit=reading.unit,
            device_class=reading.device_class,
            by_own_clock=reading.at is not None and not message.retain,
        )


def _position(decoded: Decoded, tenant: str) -> Position | None:
    place = decoded.place
    if place is None:
        return None
    return Position(tenant=tenant, device=place.device, longitude=place.longitude, latitude=place.latitude)


def _announcements(decoded: Decoded, message: Message, tenant: str) -> Iterator[Announcement]:
    for said in decoded.devices:
        yield Announcement(
            tenant=tenant,
            device=said.device,
            convention=decoded.convention,
            at=message.received_at,
            label=said.label,
            manufacturer=said.manufacturer,
            model=said.model,
            firmware=said.firmware,
            area=said.area,
            online=said.online,
            with_parts=said.with_parts,
        )


def _request(decoded: Decoded, prefix: str) -> Request | None:
    asked = decoded.request
    return None if asked is None else Request(topic=prefix + asked.topic, payload=asked.payload)
