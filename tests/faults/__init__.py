"""A seeded campaign against our promise to lose nothing: real servers are killed, stopped and paused
while devices publish, and SQL then compares what the broker acknowledged with what the store holds.
"""
