"""Stripe's errors (https://docs.stripe.com/api/errors)."""

from __future__ import annotations

from typing import Any

from standins.serving import Reply, json_reply


class StripeError(Exception):
    """A refusal in Stripe's shape; `extra` holds fields such as decline_code and payment_intent."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"type": type, "message": message}
        for name, value in {"code": code, "param": param, **extra}.items():
            if value is not None:
                self.error[name] = value
        if code:
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"

    def reply(self) -> Reply:
        return json_reply({"error": self.error}, self.status)


def missing(kind: str, id_: str, param: str | None = None) -> StripeError:
    """No object of that id in this account."""
    words = {
        "checkout.session": "checkout.session",
        "payment_method": "PaymentMethod",
        "test_helpers.test_clock": "test clock",
    }.get(kind, kind)
    return StripeError(f"No such {words}: '{id_}'", status=404, code="resource_missing", param=param or "id")


def needed(param: str) -> StripeError:
    return StripeError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def server_error() -> Reply:
    return json_reply({"error": {"type": "api_error", "message": "An unknown error occurred."}}, 500)


def too_many() -> Reply:
    words = "Too many requests hit the API too quickly."
    return json_reply(
        {"error": {"type": "invalid_request_error", "code": "rate_limit", "message": words}}, 429
    )
