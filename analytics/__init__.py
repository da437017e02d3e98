"""Pure analytics: values in, values out; no I/O, no clock, no logging, no randomness without a seed."""
