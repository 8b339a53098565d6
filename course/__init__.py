"""The course library that notebooks import."""
