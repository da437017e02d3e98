"""The ingest sidecar: MQTT messages become readings in the store, acknowledged once they are committed."""
