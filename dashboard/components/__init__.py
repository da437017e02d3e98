"""Values to Dash components."""
