"""The quality of what was measured: what is wrong with a series, marked, and how it could be repaired."""

from analytics.quality.finding import Finding, Flag, Repair
from analytics.quality.findings import findings
from analytics.quality.repair import flags, repaired

__all__ = ["Finding", "Flag", "Repair", "findings", "flags", "repaired"]
