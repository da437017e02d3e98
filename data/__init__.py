"""All input and output: settings, store, ingest, building, jobs, demo."""
