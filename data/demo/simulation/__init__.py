"""The demo office's physics: a small model of weather, people, heat, air and meters.

Every day can be made alone: it is computed from its own random numbers and a warm-up of the days
before it, side by side with other days. Days are UTC days of 5-minute steps.
"""
