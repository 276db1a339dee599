import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tenants.models import Firm


def picture(kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (300, 100), "#7a2e5d").save(out, kind)
    return SimpleUploadedFile("logo.png", out.getvalue())


def test_the_owner_changes_what_sign_up_asked(visitor, olivia, harbor):
    answers = {"part": "firm", "name": "Harbor & Hope", "phone": "406 555 0143", "state": "MT", "timezone": "America/Denver", "language": "es"}  # fmt: skip
    assert visitor.as_(olivia).post("/settings/", answers).status_code == 302

    firm = Firm.objects.get()
    assert (firm.name, firm.phone, firm.language) == ("Harbor & Hope", "+14065550143", "es")


def test_the_phone_is_shown_as_people_write_it(visitor, olivia):
    assert 'value="(406) 555-0142"' in visitor.as_(olivia).get("/settings/").content.decode()


def test_saving_the_phone_of_a_firm_opened_by_command_changes_neither_state_nor_zone(visitor, olivia, harbor):
    """Neither is on the list a browser picks from, and the first of a list is nobody's choice."""
    Firm.objects.update(state="", timezone="America/Boise")
    page = visitor.as_(olivia).get("/settings/")
    kept = {name: page.context["form"][name].value() for name in ("name", "language", "timezone", "state")}
    shown = page.content.decode()
    assert '<option value="America/Boise" selected>' in shown
    assert '<option value="" selected>' in shown

    asked = visitor.post("/settings/", {"part": "firm", "phone": "406 555 0143", **kept})
    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["state"])
    saved = visitor.post("/settings/", {"part": "firm", "phone": "406 555 0143", **kept, "state": "ID"})
    assert saved.status_code == 302
    firm = Firm.objects.get()
    assert (firm.phone, firm.state, firm.timezone) == ("+14065550143", "ID", "America/Boise")


def test_a_color_that_cannot_be_read_is_asked_for_again(visitor, olivia):
    answer = visitor.as_(olivia).post("/settings/", {"part": "brand", "brand": "mauve-ish"})

    assert answer.status_code == 422
    assert 'value="mauve-ish"' in answer.content.decode()


def test_the_logo_is_drawn_anew_and_shown_to_families(visitor, olivia):
    assert visitor.as_(olivia).post("/settings/", {"part": "logo", "logo": picture()}).status_code == 302

    version = Firm.objects.get().logo
    answer = visitor.get(f"/logo/{version}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert f'src="/logo/{version}/"' in visitor.get("/").content.decode()
    assert visitor.get("/logo/other/").status_code == 404


def test_a_drawing_with_script_is_no_logo(visitor, olivia):
    drawing = SimpleUploadedFile(
        "logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
    )
    answer = visitor.as_(olivia).post("/settings/", {"part": "logo", "logo": drawing})

    assert answer.status_code == 422
    assert Firm.objects.get().logo == ""
