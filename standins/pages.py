"""Pages for a person: the phones that were texted, and the mail that arrived. No script, no assets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from standins.serving import Reply

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; line-height: 1.2; }
ul, ol { list-style: none; padding: 0; }
li { border-top: 1px solid #8886; padding: .75rem 0; overflow-wrap: anywhere; }
form { display: grid; gap: .5rem; margin: 1rem 0; }
label { display: grid; gap: .25rem; font-weight: 600; }
input, select, textarea, button { font: inherit; padding: .6rem; min-height: 2.75rem; width: 100%;
  box-sizing: border-box; font-weight: 400; }
button { cursor: pointer; }
fieldset { display: grid; gap: .5rem; border: 1px solid #8886; }
small { display: block; opacity: .8; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .25rem .5rem .25rem 0; vertical-align: top; overflow-wrap: anywhere; }
.sum { white-space: nowrap; text-align: right; }
.in { padding-left: 1.5rem; }
"""


def page(title: str, content: str, *, status: int = 200, lang: str = "en") -> Reply:
    """A whole HTML page; `content` is markup, `title` text."""
    text = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    return Reply(
        status, text.encode(), "text/html; charset=utf-8", headers={"Content-Security-Policy": policy}
    )


def _when(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f'<time datetime="{at.isoformat()}">{at:%d %b %Y, %H:%M:%S} UTC</time>'


def phones(messages: Iterable[Mapping[str, Any]], numbers: Iterable[str]) -> Reply:
    """Every phone that was texted or that texted, newest first."""
    latest: dict[str, Mapping[str, Any]] = {}
    for message in messages:
        phone = message["from"] if message["direction"] == "inbound" else message["to"]
        latest.setdefault(phone, message)
    rows = "".join(
        f'<li><a href="{quote(phone)}/">{escape(phone)}</a>'
        f"<br>{escape(message['body'][:80])}<small>{_when(message['_at'])}</small></li>"
        for phone, message in latest.items()
    )
    start = (
        '<h2>Text from another phone</h2><form method="post" action="text/">'
        '<label>From <input name="from" type="tel" required placeholder="+14065550123"></label>'
        f'<label>To <select name="to">{_options(numbers)}</select></label>'
        '<label>Text <textarea name="body" rows="3" required></textarea></label>'
        "<button>Send</button></form>"
    )
    return page("Phones", (f"<ul>{rows}</ul>" if rows else "<p>Nobody was texted yet.</p>") + start)


def phone(number: str, messages: Iterable[Mapping[str, Any]], numbers: Iterable[str], notice: str) -> Reply:
    """One phone's texts, oldest first, with a form to answer."""
    thread = list(messages)
    items, last = [], ""
    for message in thread:
        inbound = message["direction"] == "inbound"
        ours = message["to"] if inbound else message["from"]
        last = ours
        state = "" if inbound else f" · {message['status']}"
        if message["error_code"]:
            state += f" ({message['error_code']} {message['error_message']})"
        pictures = f" · {message['num_media']} media" if message["num_media"] != "0" else ""
        who = f"{number} to {ours}" if inbound else f"{ours} to {number}"
        items.append(
            f'<li class="{"in" if inbound else "out"}">{escape(message["body"])}'
            f"<small>{escape(who)} · {_when(message['_at'])}{escape(state + pictures)}</small></li>"
        )
    others = [ours for ours in numbers if ours != last]
    form = (
        '<form method="post" action="text/">'
        f'<label>Answer to <select name="to">{_options([last, *others] if last else others)}</select></label>'
        '<label>Text <textarea name="body" rows="3" required></textarea></label>'
        "<button>Send</button></form>"
    )
    said = f'<p role="status">{escape(notice)}</p>' if notice else ""
    return page(number, f'<p><a href="../">All phones</a></p>{said}<ol>{"".join(items)}</ol>{form}')


def mail_list(messages: Iterable[Mapping[str, Any]]) -> Reply:
    rows = "".join(
        f'<li><a href="{escape(m["id"])}/">{escape(m["subject"] or "(no subject)")}</a>'
        f"<br>{escape(', '.join(m['envelope_to']))}<small>{_when(m['at'])}</small></li>"
        for m in messages
    )
    return page("Mail", f"<ul>{rows}</ul>" if rows else "<p>No mail yet.</p>")


def letter(message: Mapping[str, Any]) -> Reply:
    """One e-mail: its text (or the source of its HTML) and attachments by name."""
    rows = "".join(
        f'<tr><th scope="row">{label}</th><td>{escape(value)}</td></tr>'
        for label, value in (("From", message["from"]), ("To", ", ".join(message["envelope_to"])))
    )
    attached = "".join(
        f"<li>{escape(a['name'] or a['type'])} ({escape(a['type'])})</li>" for a in message["attachments"]
    )
    body = message["text"] if message["text"] is not None else message["html"] or ""
    files = f"<h2>Attachments</h2><ul>{attached}</ul>" if attached else ""
    return page(
        message["subject"] or "(no subject)",
        f'<p><a href="../">All mail</a></p><table>{rows}</table><pre>{_linked(body)}</pre>{files}',
    )


def _options(values: Iterable[str]) -> str:
    return "".join(f"<option>{escape(value)}</option>" for value in values)


def _linked(text: str) -> str:
    """Text with its http addresses as links."""
    words = []
    for word in text.replace("\n", " \n ").split(" "):
        if word.startswith(("http://", "https://")):
            address = word.rstrip(".,;)")
            rest = escape(word[len(address) :])
            words.append(f'<a href="{escape(address)}">{escape(address)}</a>{rest}')
        else:
            words.append(escape(word))
    return " ".join(words).replace(" \n ", "\n")
