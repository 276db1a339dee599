"""The published description of the operations served, and what a request owes to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    pattern: re.Pattern[str]
    query: dict[str, dict[str, Any]]
    form: dict[str, dict[str, Any]]
    required: frozenset[str]


class Description:
    """Operations by method and path, from `data/twilio.json`."""

    def __init__(self) -> None:
        source = json.loads(files("standins").joinpath("data/twilio.json").read_text("utf-8"))
        self.schemas: dict[str, Any] = source["components"]["schemas"]
        self._operations = [
            self._operation(path, method, operation)
            for path, methods in source["paths"].items()
            for method, operation in methods.items()
        ]

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation at `path` (the original host first) and the path's parameters."""
        for operation in self._operations:
            if operation.method == method and (found := operation.pattern.fullmatch(path)):
                return operation, found.groupdict()
        return None

    def problems(
        self, operation: Operation, query: Iterable[tuple[str, str]], form: Iterable[tuple[str, str]]
    ) -> list[str]:
        """What in a request is not as described, as sentences."""
        found = []
        form = list(form)
        for where, allowed, pairs in (("query", operation.query, query), ("form", operation.form, form)):
            for name, value in pairs:
                if name not in allowed:
                    found.append(f"{operation.id}: {name} is not in its {where}.")
                elif why := self._why_not(allowed[name], value):
                    found.append(f"{operation.id}: {name} {why}.")
        given = {name for name, _ in form}
        found += [f"{operation.id}: {name} is required." for name in sorted(operation.required - given)]
        return found

    def _operation(self, path: str, method: str, source: dict[str, Any]) -> Operation:
        pattern = "".join(
            f"(?P<{part[1:-1]}>[^/]+?)" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{\w+\})", path)
        )
        body = source.get("requestBody", {}).get("content", {})
        schema = body.get("application/x-www-form-urlencoded", {}).get("schema", {})
        return Operation(
            id=source["operationId"],
            method=method.upper(),
            pattern=re.compile(pattern),
            query={p["name"]: p["schema"] for p in source.get("parameters", []) if p["in"] == "query"},
            form=schema.get("properties", {}),
            required=frozenset(schema.get("required", [])),
        )

    def _why_not(self, schema: dict[str, Any], value: str) -> str | None:
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        if schema.get("type") == "array":
            return self._why_not(schema.get("items", {}), value)
        if "enum" in schema and value not in schema["enum"]:
            return "is none of " + ", ".join(schema["enum"])
        if "pattern" in schema and not re.search(schema["pattern"], value):
            return f"does not match {schema['pattern']}"
        kind, form = schema.get("type"), schema.get("format")
        if kind == "integer":
            if not re.fullmatch(r"-?\d+", value):
                return "is not a whole number"
            if not schema.get("minimum", int(value)) <= int(value) <= schema.get("maximum", int(value)):
                return "is out of range"
        if kind == "boolean" and value.lower() not in ("true", "false"):
            return "is neither true nor false"
        if form == "uri" and not (urlsplit(value).scheme and urlsplit(value).netloc):
            return "is not an absolute address"
        if form == "date-time":
            try:
                datetime.fromisoformat(value.replace("Z", "+00:00"))
            except ValueError:
                return "is not an ISO 8601 date or time"
        return None
