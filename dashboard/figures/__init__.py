"""Values to Plotly figures as plain dicts; the same values always give the same figure."""
