from __future__ import annotations

import ast
import gettext
from pathlib import Path

import django
import pytest

from web import catalogue

HEAD = catalogue.HEADER.format(language="es", plurals="nplurals=2; plural=(n != 1)")


@pytest.fixture
def product(tmp_path):
    """A tiny product with one module, one template and an empty Spanish catalogue."""

    def write(path: str, text: str) -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    write(
        "app/words.py",
        'a = _("Save")\nb = ngettext("%(n)s file", "%(n)s files", n)\nc = pgettext("month", "May")\nd = _(unknown)\n',
    )
    write(
        "templates/page.html",
        '  {% translate "Hello" %}\n {% if x %}\n{% chip "late" _("One day late") %}{% endif %}\n{% blocktranslate count n=2 %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}\n',
    )
    write("tests/test_words.py", '_("only a test")')
    write(".venv/lib/other.py", '_("not ours")')
    write("locale/es/LC_MESSAGES/django.po", HEAD)
    return write


def translate(po: Path, **words: str) -> None:
    text = po.read_text()
    for english, spanish in words.items():
        text = text.replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{spanish}"')
    po.write_text(text)


def test_messages_are_found_in_python_and_in_templates(tmp_path, product):
    found = {
        (m.id if isinstance(m.id, str) else tuple(m.id), m.context)
        for m in catalogue.extract(tmp_path)
        if m.id
    }
    assert found == {
        ("Save", None),
        (("%(n)s file", "%(n)s files"), None),
        ("May", "month"),
        ("Hello", None),
        ("One day late", None),
        (("%(n)s day", "%(n)s days"), None),
    }


def test_what_is_missing_is_named_then_what_is_untranslated(tmp_path, product):
    assert "locale/es/LC_MESSAGES/django.po: missing 'Save'" in catalogue.problems(tmp_path)
    catalogue.update(tmp_path)
    assert "locale/es/LC_MESSAGES/django.po: untranslated 'Save'" in catalogue.problems(tmp_path)
    assert len(catalogue.problems(tmp_path)) == 6


def test_an_update_keeps_translations_and_drops_what_is_gone(tmp_path, product):
    catalogue.update(tmp_path)
    po = catalogue.po_files(tmp_path)[0]
    translate(po, Save="Guardar", Hello="Hola")
    product("templates/page.html", "nothing")
    catalogue.update(tmp_path)
    assert 'msgid "Save"\nmsgstr "Guardar"' in po.read_text()
    assert "Hello" not in po.read_text()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('msgid "Save %(n)s"\nmsgstr "Guardar"', "other placeholders in 'Save %(n)s'"),
        ('#, fuzzy\nmsgid "Save %(n)s"\nmsgstr "Guardar %(n)s"', "fuzzy 'Save %(n)s'"),
        (
            'msgid "Save %(n)s"\nmsgstr "Guardar %(n)s"\n\nmsgid "Gone"\nmsgstr "Ido"',
            "stale; run python -m web.catalogue update",
        ),
    ],
)
def test_faults_are_named(tmp_path, product, entry, said):
    product("app/words.py", '_("Save %(n)s")')
    product("templates/page.html", "")
    product("locale/es/LC_MESSAGES/django.po", f"{HEAD}{entry}\n")
    assert catalogue.problems(tmp_path) == [f"locale/es/LC_MESSAGES/django.po: {said}"]


def test_a_whole_catalogue_is_compiled_and_read_by_gettext(tmp_path, product):
    product("app/words.py", '_("Save")\nngettext("%(n)s file", "%(n)s files", n)')
    product("templates/page.html", "")
    product(
        "locale/es/LC_MESSAGES/django.po",
        f'{HEAD}msgid "%(n)s file"\nmsgid_plural "%(n)s files"\nmsgstr[0] "%(n)s archivo"\nmsgstr[1] "%(n)s archivos"\n\nmsgid "Save"\nmsgstr "Guardar"\n',
    )
    catalogue.update(tmp_path)
    assert catalogue.problems(tmp_path) == []
    catalogue.compile_catalogues(tmp_path)
    words = gettext.translation("django", tmp_path / "locale", ["es"])
    assert (words.gettext("Save"), words.ngettext("%(n)s file", "%(n)s files", 2)) == (
        "Guardar",
        "%(n)s archivos",
    )


def test_a_day_or_month_of_ours_is_the_one_django_says():
    """Django names days and months in the same catalogue, so another word of ours would change every date."""
    from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
    from django.utils.translation import to_locale

    names = {str(word) for table in (MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR) for word in table.values()}
    theirs = gettext.translation("django", Path(django.__file__).parent / "conf/locale", [to_locale("es")])
    ours = {
        m.id: m.string for m in catalogue.read(catalogue.po_files()[0]) if m.id in names and m.context is None
    }
    assert ours == {name: theirs.gettext(name) for name in ours}


CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}


def test_no_message_hides_where_the_catalogue_does_not_look():
    """A message inside an f-string is not extracted, so it would stay English in every language."""
    known = set()
    for message in catalogue.extract():
        known |= set(message.id) if isinstance(message.id, tuple) else {message.id}
    hidden = []
    for path in catalogue.sources(catalogue.ROOT):
        if path.suffix != ".py":
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CALLS:
                words = [
                    part.value for part in call.args[: CALLS[call.func.id]] if isinstance(part, ast.Constant)
                ]
                hidden += [(path.name, call.lineno, word) for word in words if word not in known]
    assert hidden == []
