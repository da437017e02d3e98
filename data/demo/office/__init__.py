"""The demo's office: what it looks like (`plan`, `fabric`) and how it is written as IFC (`model`)."""
