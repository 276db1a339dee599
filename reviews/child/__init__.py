"""Reads one document in a process of its own: `python -m reviews.child`. Knows nothing of the product.

On standard input: one line of JSON, then the document.

    {"size": n, "pictures": true}      pictures: some pages have to be read from their picture

On standard output lines of JSON: {"done": 3, "pages": 7} after each page, then {"read": …} or {"refused": "…"}.
"""
