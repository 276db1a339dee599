from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pyotp
import pytest
from django.conf import settings

from tests.conftest import Visitor
from tests.world import PASSWORD, TOTP, Cast


def totp(at: datetime, *, steps: int = 0) -> str:
    """The code an authenticator app shows at that moment, some 30-second steps later."""
    return pyotp.TOTP(TOTP).generate_otp(int(at.timestamp()) // 30 + steps)


class Door(Visitor):
    """A browser that signs in the long way, page by page."""

    def password(self, person: Any, password: str = PASSWORD) -> Any:
        return self.post("/sign-in/staff/", {"email": person.email, "password": password})

    def second_step(self, code: str) -> Any:
        return self.post("/sign-in/second-step/", {"code": code})

    def ask(self, address: str) -> Any:
        return self.post("/sign-in/", {"address": address})

    def code(self, code: str, **more: str) -> Any:
        return self.post("/sign-in/code/", {"code": code, **more})

    def is_in(self) -> bool:
        return self.get("/profile/").status_code == 200

    @property
    def session(self) -> str:
        return self.client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def door(harbor: Cast) -> Door:
    return Door(harbor)


@pytest.fixture
def other_door(harbor: Cast) -> Door:
    return Door(harbor)


def six_digits(text: str) -> str:
    return re.search(r"\b\d{6}\b", text)[0]


def link_in(text: str) -> str:
    """The one address of ours in a mail, without its host."""
    found = re.findall(r"http://([a-z0-9.-]+):8000(/\S+)", text)
    assert {host for host, _ in found} == {"harbor.localhost"}
    return found[-1][1]


def words(answer: Any, address: str = "") -> tuple[int, str]:
    """Status and page, apart from the form's own token and the address that was asked about."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return answer.status_code, text.replace(address, "ADDRESS") if address else text
