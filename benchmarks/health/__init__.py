"""How fast the health of devices is scored."""
