"""How fast buildings are read from IFC models, beside the default kernel and web-ifc."""
