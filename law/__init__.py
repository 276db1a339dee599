"""IDEA as data and arithmetic: clocks, calendars, IEP contents, letters, glossary.

Plain Python: no Django, no network, no clock of its own. Information, not legal advice.
"""
