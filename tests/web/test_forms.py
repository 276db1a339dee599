from __future__ import annotations

import re

import pytest
from django import forms
from django.template import engines

from web.forms import Form, HoneypotMixin, PhoneField, Switch, Tiles, ZoneField, error_lines
from web.zones import zone_choices


class Booking(HoneypotMixin, Form):
    name = forms.CharField(label="Your name", widget=forms.TextInput(attrs={"autocomplete": "name"}))
    phone = PhoneField(label="Phone", help_text="We will call this number.")
    email = forms.EmailField(label="Email", required=False)
    how = forms.ChoiceField(
        label="How", choices=[("phone", "Phone"), ("video", "Video")], widget=Tiles(columns=2)
    )
    days = forms.MultipleChoiceField(
        label="Days", choices=[("1", "One")], widget=forms.CheckboxSelectMultiple, required=False
    )
    texts = forms.BooleanField(label="Text me", required=False)
    keys = forms.BooleanField(label="Keys", required=False, widget=Switch)


GOOD = {"name": "Luz", "phone": "406-555-0142", "how": "phone"}


def draw(source: str, **context: object) -> str:
    return engines["django"].from_string("{% load ui %}" + source).render(context)


def attributes(html: str, tag: str = "input") -> dict[str, str]:
    found = re.search(rf"<{tag}\b[^>]*>", html)
    assert found
    return dict(re.findall(r'([\w-]+)="([^"]*)"', found[0]))


def test_a_field_has_its_label_hint_and_error_beside_it(english):
    html = draw("{% field form.phone %}", form=Booking({**GOOD, "phone": "555"}))

    control = attributes(html)
    assert control["aria-describedby"] == "id_phone_helptext id_phone_error"
    assert (control["aria-invalid"], control["autocomplete"], control["inputmode"], control["type"]) == (
        "true",
        "tel",
        "tel",
        "tel",
    )
    assert (control["class"], control["value"]) == ("input", "555")
    assert '<div class="field" data-bad>' in html
    assert '<label for="id_phone">Phone</label>' in html
    assert (
        '<span class="hint" id="id_phone_helptext">We will call this number. 10 digits, or + and the country code for another country.</span>'
        in html
    )
    assert re.search(r'id="id_phone_error">\s*Add a phone number with 10 digits, like 406-555-0142\.', html)


def test_a_field_without_trouble_says_nothing_of_it(english):
    html = draw("{% field form.phone %}", form=Booking(GOOD))
    assert [word for word in ("data-bad", "aria-invalid", "_error") if word in html] == []


def test_a_field_one_may_skip_says_so(english):
    assert "(you can skip this)" in draw("{% field form.email %}", form=Booking())
    assert "(you can skip this)" not in draw("{% field form.name %}", form=Booking())
    assert "(es opcional)" not in draw("{% field form.texts %}", form=Booking())


def test_a_field_that_the_form_itself_asks_for_does_not(english):
    class OneOfTwo(Booking):
        insists_on = frozenset({"email"})

    assert "(you can skip this)" not in draw("{% field form.email %}", form=OneOfTwo())


def test_the_type_of_a_field_names_its_keys_and_what_browsers_offer():
    control = attributes(draw("{% field form.email %}", form=Booking()))
    assert (control["autocomplete"], control["inputmode"], control["type"]) == ("email", "email", "email")


def test_choices_are_real_radios_in_a_group_with_a_name(english):
    html = draw("{% field form.how %}", form=Booking({**GOOD, "how": ""}))
    assert (
        '<fieldset class="field" data-bad aria-describedby="id_how_error"><legend class="label">How</legend>'
        in re.sub(r">\s+<", "><", html)
    )
    assert html.count('type="radio"') == 2
    assert 'class="tiles cols-2"' in html
    assert 'type="checkbox"' in draw("{% field form.days %}", form=Booking())


def test_a_switch_is_a_checkbox():
    html = draw("{% field form.keys %}", form=Booking())
    assert 'class="switch"' in html
    assert attributes(html)["type"] == "checkbox"


def test_the_summary_links_to_each_field_in_the_order_of_the_page(english):
    form = Booking({"phone": "1", "texts": "on"})
    html = draw("{% errors form %}", form=form)

    assert re.findall(r'<a href="#([^"]+)">([^<]+)</a>', html) == [
        ("id_name", "Your name: please fill this in."),
        (
            "id_phone",
            "Add a phone number with 10 digits, like 406-555-0142. A number of another country begins with + and its country code, like +52 55 1234 5678.",
        ),
        ("id_how_0", "How: please choose."),
    ]
    assert 'role="alert" tabindex="-1" data-focus' in html
    assert "Please check 3 things" in html


def test_no_error_no_summary():
    assert draw("{% errors form %}", form=Booking(GOOD)).strip() == ""
    assert draw("{% errors form %}", form=Booking()).strip() == ""


def test_what_speaks_of_the_whole_form_comes_first(english):
    form = Booking({**GOOD, "name": ""})
    form.add_error(None, "That time was just taken.")
    assert [line.text for line in error_lines(form)] == [
        "That time was just taken.",
        "Your name: please fill this in.",
    ]


def test_typed_text_is_kept_and_never_becomes_markup():
    html = draw("{% field form.name %}", form=Booking({"name": '"><script>alert(1)</script>'}))
    assert "&quot;&gt;&lt;script&gt;" in html
    assert "<script>" not in html


def test_the_trap_is_out_of_sight_and_catches(english):
    html = draw("{% load ui %}{% trap form %}", form=Booking())
    assert ('aria-hidden="true"' in html, 'tabindex="-1"' in html, 'autocomplete="off"' in html) == (
        True,
        True,
        True,
    )
    assert Booking(GOOD).is_valid()
    assert Booking({**GOOD, "company_page": "x"}).errors["company_page"] == [
        "We could not read that. Please reload the page and try again."
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("406-555-0142", "+14065550142"),
        ("(406) 555 0142", "+14065550142"),
        ("+52 55 1234 5678", "+525512345678"),
        ("1.406.555.0142", "+14065550142"),
        ("011 52 55 1234 5678", "+525512345678"),
        ("+44 20 7946 0018", "+442079460018"),
    ],
)
def test_numbers_are_kept_in_one_form(typed, kept):
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize("typed", ["555-010", "abc", "406-555-0142 ext 7", "4065550142406555", "☎", "0" * 39])
def test_what_is_no_number_is_told(typed, english):
    with pytest.raises(forms.ValidationError, match="Add a phone number with 10 digits"):
        PhoneField().clean(typed)


def test_the_hint_says_which_numbers_are_accepted(english):
    assert PhoneField().help_text == "10 digits, or + and the country code for another country."
    assert str(PhoneField(help_text="We will call you.").help_text).startswith("We will call you. 10 digits, or +")  # fmt: skip


@pytest.mark.parametrize("typed", ["55 1234 5678 90", "+999 1", "52-55-1234-5678"])
def test_the_refusal_says_how_a_foreign_number_is_written(typed, english):
    with pytest.raises(
        forms.ValidationError, match=r"begins with \+ and its country code, like \+52 55 1234 5678"
    ):
        PhoneField().clean(typed)


def test_an_empty_number_may_be_left_out():
    assert PhoneField(required=False).clean("") == ""


def test_zones_have_the_names_people_use(spanish):
    assert dict(zone_choices())["America/Denver"] == "Hora de la Montaña"
    assert ZoneField().clean("America/Denver") == "America/Denver"


class Limits(Form):
    minutes = forms.IntegerField(label="Minutes", min_value=5, max_value=480)
    share = forms.DecimalField(label="Share in %", max_value=100, decimal_places=2)
    name = forms.CharField(label="Name", max_length=5)
    link = forms.URLField(label="Link", assume_scheme="https")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("minutes", "4", "Minutes: type 5 or more."),
        ("minutes", "481", "Minutes: type 480 or less."),
        ("minutes", "four", "Minutes: type a whole number."),
        ("share", "100.5", "Share in %: type 100 or less."),
        ("share", "1.005", "Share in %: at most 2 digits after the point."),
        ("share", "much", "Share in %: type a number."),
        ("name", "abcdefgh", "Name: at most 5 characters. This has 8."),
        ("link", "nowhere", "Link: type a whole web address, like https://example.org."),
    ],
)
def test_a_limit_is_told_with_the_fields_name_and_in_plain_words(field, typed, said):
    assert Limits({field: typed}).errors[field] == [said]


def test_nothing_chosen_reads_as_words(harbor):
    from scheduling.forms import ServiceForm

    assert "---------" not in str(ServiceForm()["questions"]) + str(ServiceForm()["language"])


def test_a_field_that_a_form_adds_later_speaks_like_the_others(english):
    class Late(Form):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self.fields["on"] = forms.DateField(label="Day")
            self.fields["n"] = forms.IntegerField(label="Times", min_value=1)

    form = Late({"on": "soon", "n": "0"})
    assert form.errors == {"on": ["Day: type a date like 2026-11-24."], "n": ["Times: type 1 or more."]}
    assert Late({"on": "", "n": "x"}).errors == {"on": ["Day: please fill this in."], "n": ["Times: type a whole number."]}  # fmt: skip
