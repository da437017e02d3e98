"""Thermal transmittances [W/(m²K)] of what encloses the rooms.

The model states them and the simulation uses them.
"""

FACADE, PARTITION, WINDOW, ROOF, GROUND, FLOOR = 0.24, 1.5, 1.1, 0.18, 0.30, 0.8
