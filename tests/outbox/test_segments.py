import pytest

from outbox.segments import count, plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", (1, False)),
        ("a" * 160, (1, False)),
        ("a" * 161, (2, False)),
        ("a" * 306, (2, False)),
        ("a" * 307, (3, False)),
        ("€" * 80, (1, False)),
        ("€" * 81, (2, False)),
        ("ñéü" * 53, (1, False)),  # letters of the plain alphabet
        ("á" * 70, (1, True)),
        ("á" * 71, (2, True)),
        ("í" + "a" * 133, (2, True)),
        ("a" * 69 + "ó", (1, True)),
        ("😀" * 35, (1, True)),
        ("😀" * 36, (2, True)),
        ("مرحبا", (1, True)),
    ],
)
def test_segments(text, said):
    assert count(text) == said


def test_typographic_marks_are_made_plain():
    assert plain("“Ana’s call” – 9…10") == '"Ana\'s call" - 9...10'
    assert count(plain("“Ana’s call” – 9…10")) == (1, False)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_about_a_call_is_short_and_names_the_way_out(harbor, service, language):
    from datetime import timedelta

    from django.utils import translation

    from scheduling import booking as bookings
    from scheduling import notices
    from scheduling.availability import free_slots
    from tests.world import NOW

    slot = free_slots(service, since=NOW, until=NOW + timedelta(days=9), at=NOW)[-1]
    asker = bookings.Asker(name="Luz", phone="+14065550188", child="Mateo", language=language, timezone="America/Denver")  # fmt: skip
    booking = bookings.book(service, starts_at=slot.starts_at, asker=asker, at=NOW)
    with translation.override(language):
        texts = [plain(text) for text in (
            notices.text_booked(booking), notices.text_reminder(booking, at=NOW), notices.text_moved(booking),
            notices.text_reminder(booking, at=booking.last_change_at),
        )]  # fmt: skip
    for text in texts:
        assert count(text)[0] <= 3
        assert "STOP" in text
        assert "Mateo" not in text
        assert not any(word in text.upper().split() for word in ("CANCEL", "END", "QUIT"))
