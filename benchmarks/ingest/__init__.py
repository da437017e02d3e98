"""How fast readings come from the broker into the store, side by side with other ways to bring them there."""
