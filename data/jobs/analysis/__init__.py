"""Results of analytics, made by workers: each kind reads its series, asks `analytics`, and writes.

What a page shows of them is in `data.store.analysis`; when each is done and how often stands in its module.
"""
