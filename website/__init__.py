"""The static site: the executed notebooks as pages, with the board alive beside the text.

It reads what is committed (notebooks, recordings) and writes a folder; it needs no cluster.
"""
