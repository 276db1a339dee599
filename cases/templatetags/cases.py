"""Words for values of the clock: `{% load cases %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.words import OWED_BY
from law import glossary
from law.rules import RuleError, law, rule_of

register = template.Library()


def _language() -> str:
    return "es" if get_language() == "es" else "en"


@register.filter
def owed_by(value: str) -> Any:
    return OWED_BY.get(value, value)


@register.filter
def answer_words(key: str, rule: str) -> str:
    """The question that an answer belongs to."""
    everywhere = [*law().federal.values(), *law().state_rules.values()]
    everywhere += [state.evaluation for state in law().states.values()]
    try:
        first = [rule_of(rule)]
    except RuleError:
        first = []
    for item in (*first, *everywhere):
        for question in (*item.ask, *item.stops_if):
            if question.key == key:
                return question.words(_language())
        for extension in item.extensions:
            if extension.key == key:
                return extension.words or extension.citation
    return key


@register.filter
def yesno_words(value: Any) -> str:
    if value is True:
        return _("Yes")
    if value is False:
        return _("No")
    return str(value)


@register.simple_tag
def plain_words(text: Any, prefix: str) -> SafeString:
    """A text in which each special-education term, at its first place, opens its meaning in plain words."""
    words, language = str(text), _language()
    parts: list[tuple[str, str, str, str]] = []
    at = 0
    for n, found in enumerate(glossary.find(words, language, once=True)):
        parts.append((words[at : found.start], f"{prefix}-{n}", words[found.start : found.end], found.term.plain(language)))  # fmt: skip
        at = found.end
    drawn = format_html_join(
        "",
        '{0}<button class="term" type="button" popovertarget="{1}">{2}</button><span class="term-means" id="{1}" popover>{3}</span>',
        parts,
    )
    from django.utils.html import escape

    return SafeString(drawn + escape(words[at:]))
