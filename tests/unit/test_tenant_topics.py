from __future__ import annotations

import pytest

from data.errors import BadSettings, DecodeError
from data.ingest.tenants import TenantTopics


def test_a_level_can_name_the_tenant() -> None:
    assert TenantTopics({"sites/+": "+"}).split("sites/acme/room/t") == ("acme", "room/t")


def test_the_first_level_can_name_the_tenant() -> None:
    assert TenantTopics({"+": "+"}).split("acme/room/t") == ("acme", "room/t")


def test_a_longer_prefix_counts_more_than_a_level_that_names_the_tenant() -> None:
    assert TenantTopics({"+": "+", "lobby": "house"}).split("lobby/t") == ("house", "t")


def test_the_rest_belongs_to_the_tenant_that_is_set() -> None:
    assert TenantTopics({"a": "acme"}, default="house").split("b/t") == ("house", "b/t")


@pytest.mark.parametrize("topic", ["sites/Not a name/t", "sites//t", "sites/acme"])
def test_a_topic_without_a_tenant_in_its_level_is_refused(topic: str) -> None:
    with pytest.raises(DecodeError):
        TenantTopics({"sites/+": "+"}).split(topic)


@pytest.mark.parametrize(
    "prefixes", [{"": "a"}, {"#": "a"}, {"a/+/b": "+"}, {"a/+": "acme"}, {"a": "+"}, {"a": "A b"}]
)
def test_a_map_that_cannot_be_used_is_refused(prefixes: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        TenantTopics(prefixes)
