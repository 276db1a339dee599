"""The mail stand-in, given mail by Python's own client."""

from __future__ import annotations

import base64
import smtplib
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
import requests
from standin_process import started


def letter(to: str = "luz@example.org", text: str = "Buenos días.\n.hidden dot\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Harbor <office@harbor.example>"
    message["To"] = f"Luz Rivera <{to}>"
    message["Subject"] = "Su cita, mañana"
    message["List-Unsubscribe"] = "<http://harbor.localhost:8000/off/>"
    message.set_content(text)
    message.add_alternative("<p>Buenos <b>días</b>.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="informe.pdf")
    return message


def post(standins, message: EmailMessage) -> None:
    where = urlsplit(standins.mail)
    with smtplib.SMTP(where.hostname, where.port, timeout=5) as smtp:
        smtp.login("anyone", "anything")
        smtp.send_message(message)


def test_a_letter_is_kept_parsed(standins):
    post(standins, letter())
    post(standins, letter(to="ngozi@example.org"))
    (kept,) = standins.get("mail", to="LUZ@example.org")["mail"]
    assert (kept["from"], kept["to"]) == ("Harbor <office@harbor.example>", ["luz@example.org"])
    assert (kept["subject"], kept["text"]) == ("Su cita, mañana", "Buenos días.\n.hidden dot\n")
    assert kept["html"].strip() == "<p>Buenos <b>días</b>.</p>"
    assert kept["headers"]["List-Unsubscribe"] == ["<http://harbor.localhost:8000/off/>"]
    assert [(a["name"], a["type"], base64.b64decode(a["base64"])) for a in kept["attachments"]] == [
        ("informe.pdf", "application/pdf", b"%PDF-1.7")
    ]
    assert len(standins.get("mail", limit=1)["mail"]) == 1


@pytest.mark.parametrize(
    ("name", "error", "kept"),
    [
        ("reject", smtplib.SMTPRecipientsRefused, 0),
        ("temporary", smtplib.SMTPRecipientsRefused, 0),
        ("drop", smtplib.SMTPServerDisconnected, 0),
        ("lost", smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_recipients_that_fail(standins, name, error, kept):
    with pytest.raises(error):
        post(standins, letter(to=f"{name}@example.org"))
    assert len(standins.get("mail")["mail"]) == kept


def test_a_fault_strikes_the_recipients_it_names(standins):
    standins.post("faults", {"service": "mail", "kind": "temporary", "path": "ngozi"})
    post(standins, letter())
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        post(standins, letter(to="ngozi@example.org"))
    assert caught.value.recipients["ngozi@example.org"][0] == 451
    post(standins, letter(to="ngozi@example.org"))
    assert len(standins.get("mail")["mail"]) == 2


def test_mail_is_a_page_too(standins):
    post(standins, letter(text="<script>x</script> see http://harbor.localhost:8000/a/?b=1&c=2."))
    listing = requests.get(f"{standins.control}/mailbox/", timeout=5).text
    key = standins.get("mail")["mail"][0]["id"]
    assert f'href="{key}/"' in listing
    page = requests.get(f"{standins.control}/mailbox/{key}/", timeout=5).text
    assert "&lt;script&gt;" in page
    assert 'href="http://harbor.localhost:8000/a/?b=1&amp;c=2"' in page
    assert "informe.pdf (application/pdf)" in page


def test_a_restart_keeps_what_arrived(tmp_path):
    child, standins = started("--state", str(tmp_path), "--port-file", str(tmp_path / "ports.json"))
    post(standins, letter())
    standins.post("inbound", {"from": "+14065550142", "to": "+14065550100", "body": "STOP"})
    child.terminate()
    assert child.wait(timeout=10) == 0
    assert (tmp_path / "ports.json").read_text().startswith('{"twilio"')

    child, standins = started("--state", str(tmp_path))
    post(standins, letter(to="ngozi@example.org"))
    assert [m["envelope_to"] for m in standins.get("mail")["mail"]] == [
        ["ngozi@example.org"],
        ["luz@example.org"],
    ]
    assert len(standins.get("messages")["messages"]) == 2
    assert standins.get("twilio")["stopped"][0][1] == "+14065550142"
    child.terminate()
    assert child.wait(timeout=10) == 0
