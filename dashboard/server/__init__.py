"""The Flask side: who may come in, what is refused, and how everything is answered."""
