"""The version of Clerestory."""

VERSION = "0.1.0"
