"""The lab: a real kind cluster of its own, from one command."""
