"""Whatever comes, on the topics of every convention, is a storable reading or a reason."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from data.errors import DecodeError
from data.ingest.decode.protobuf import sized_field, varint_field
from tests.unit.decoding import Listener, assert_storable

TOPICS = [
    "spBv1.0/g/NBIRTH/n", "spBv1.0/g/NDATA/n", "spBv1.0/g/DBIRTH/n/d", "spBv1.0/g/DDATA/n/d",
    "spBv1.0/g/NDEATH/n", "application/1/device/00/event/up", "application/1/device/00/event/location",
    "application/1/device/00/event/status", "v3/a@t/devices/d/up", "v3/a@t/devices/d/location/solved",
    "v1/devices/me/telemetry", "v1/gateway/telemetry", "v1/gateway/connect", "v1/gateway/attributes",
    "v1/devices/me/attributes", "$aws/events/presence/connected/t", "spBv1.0/g/DDEATH/n/d",
    "$aws/things/t/shadow/update",
    "$aws/things/t/shadow/update/documents", "devices/d/messages/events/", "any", "",
]  # fmt: skip
NAMES = [
    "time", "ts", "values", "object", "objectJSON", "deviceName", "deviceInfo", "rxInfo", "location",
    "latitude", "longitude", "uplink_message", "decoded_payload", "locations", "state", "reported",
    "metadata", "timestamp", "current", "eventType", "data", "body", "systemProperties",
    "iothub-connection-device-id", "SystemProperties", "Body", "connectionDeviceId",
    "EnqueuedTimeUtc", "MessageType", "Messages",
    "applicationId", "messageSource", "deviceId", "messageType", "telemetry", "properties",
    "opType", "hubName",
    "device", "type", "model", "manufacturer", "version_ids", "brand_id", "normalized_payload",
    "sessionIdentifier", "MetaData", "Fields", "Name", "Properties", "Key", "DisplayName", "Text", "Body",
    "Payload", "DataSetWriterId", "Value", "StatusCode", "SourceTimestamp", "NodeId", "DisplayName", "Type",
    "n", "bn", "bt", "bu", "bv", "v", "vs", "vb", "s", "t", "u",
]  # fmt: skip
TEXTS = [
    "Microsoft.Devices.DeviceTelemetry",
    "Microsoft.Devices.DeviceConnected",
    "deviceConnectivity",
    "EngineeringUnits",
    "ua-metadata",
    "ua-data",
    "ua-event",
    "e30=",
    '{"a": 1}',
    "2026-01-01T00:00:00",
]

leaves = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(TEXTS)
    | st.sampled_from([1.77e9, -1, 0, 255])
)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=5)
    ),
    max_leaves=20,
)
numbers = st.integers(1, 19)
# Fields of Protocol Buffers, nested: enough to get past the wire into what they mean.
wire = st.recursive(
    st.binary(max_size=12),
    lambda inner: st.lists(
        st.builds(sized_field, numbers, inner) | st.builds(varint_field, numbers, st.integers(0, 2**64 - 1)),
        max_size=5,
    ).map(b"".join),
    max_leaves=12,
)
cbor_like = st.binary(max_size=40).map(lambda raw: b"\x82\xa3" + raw)
payloads = st.binary(max_size=60) | trees.map(lambda tree: json.dumps(tree).encode()) | wire | cbor_like
messages = st.lists(st.tuples(st.sampled_from(TOPICS), payloads), min_size=1, max_size=4)


@given(messages=messages)
def test_whatever_comes_gives_storable_readings_or_a_reason(messages: list[tuple[str, bytes]]) -> None:
    ingest = Listener()
    for topic, payload in messages:
        try:
            found = ingest.hear(topic, payload)
        except DecodeError:
            continue
        assert_storable(found)
