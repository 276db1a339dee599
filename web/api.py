"""What every API view shares: declared access, paging, and errors a program can read."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, pagination, permissions, views
from rest_framework.request import Request
from rest_framework.response import Response

from web.access import SAFE, Can

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key again answers what it made."
)


def once_of(request: Request) -> str:
    """The request's own name, apart for each person and for what it is sent to; empty where no key came with it."""
    key = request.headers.get("Idempotency-Key", "")
    return sha256(f"{request.user.pk}:{request.path}:{key}".encode()).hexdigest() if key else ""


def insist(request: Request, can: Can) -> None:
    """For an act that asks for more than its view does. Raises PermissionDenied."""
    user: Any = request.user
    if not user.can(can):
        raise exceptions.PermissionDenied


class MayDeclared(permissions.BasePermission):
    """Opens an API view to holders of its `can` (reading) or `can_write` (all else).

    A token narrows further: one without the scope `write` only reads. In a firm that is read-only nothing is
    changed but by the actions a view names in `even_read_only`.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        reads = request.method in SAFE
        needed: Can | None = view.can if reads else getattr(view, "can_write", None)
        if needed is None or not request.user.is_authenticated:
            return False
        token: Any = request.auth
        may = bool(token) and request.user.can(needed) and (reads or token.may_write)
        if may and not reads and request.firm.read_only:  # type: ignore[attr-defined]
            action = getattr(view, "action", None)
            if action is not None and action not in getattr(view, "even_read_only", ()):
                raise exceptions.PermissionDenied(_("The firm is read-only right now. Nothing was changed."), code="read_only")  # fmt: skip
        return may


class Pages(pagination.CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """`{"error": {"code", "message", "fields"}}` for everything a caller can do wrong."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    response = views.exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    fields = error.get_full_details() if isinstance(error, exceptions.ValidationError) else {}
    message = str(error.default_detail if fields else error.detail)
    response.data = {"error": {"code": error.default_code if fields else getattr(error.detail, "code", error.default_code), "message": message, "fields": fields}}  # fmt: skip
    return response
