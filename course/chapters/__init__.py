"""The chapters: how one is opened, and what their exercises ask."""
