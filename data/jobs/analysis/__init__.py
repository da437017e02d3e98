"""Results of analytics, made by workers: each kind reads its series, asks `analytics`, and writes."""
