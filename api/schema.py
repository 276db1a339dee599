from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from api.tokens import describe


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "api.tokens.TokenAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return describe()
