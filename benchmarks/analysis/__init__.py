"""How long workers take to judge many devices, reading from the embedded store included."""
