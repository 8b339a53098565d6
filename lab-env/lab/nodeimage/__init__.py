"""The image that kind's nodes run from: built from packages, pulled, or given."""
