"""What each role may touch in `public`: the third and fourth wall, as SQL that can be run again.

Run by the admin after every migration of `public`. A table that is not listed is closed to firms.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import sql

EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent", "fuzzystrmatch")

# How papers are searched: words as they are written, in any language, without regard to case or accents.
WORDS = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_ts_config WHERE cfgname = 'words' AND cfgnamespace = 'extensions'::regnamespace) THEN
    CREATE TEXT SEARCH CONFIGURATION extensions.words (COPY = pg_catalog.simple);
    ALTER TEXT SEARCH CONFIGURATION extensions.words
      ALTER MAPPING FOR hword, hword_part, word WITH extensions.unaccent, pg_catalog.simple;
  END IF;
END $$
"""

OWN_FIRM = """
CREATE OR REPLACE FUNCTION public.own_firm() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT id FROM public.tenants_firm WHERE schema_name = current_user $$
"""


@dataclass(frozen=True)
class Shared:
    """A table in `public` that a firm's role may use for its own rows."""

    table: str
    rights: str
    firm_column: str = "firm_id"


FIRM = "tenants_firm"
SHARED = (
    Shared("tenants_entitlement", "SELECT"),
    Shared("billing_subscription", "SELECT"),
    Shared("billing_planinvoice", "SELECT"),
    Shared("billing_erasure", "SELECT"),
    Shared("tenants_firmlogo", "SELECT, INSERT, UPDATE, DELETE"),
    Shared("tenants_provideraddress", "SELECT, INSERT, DELETE"),
    Shared("tenants_duework", "SELECT, INSERT, UPDATE, DELETE"),
    Shared("tenants_persondigest", "SELECT, INSERT, DELETE"),
    Shared("tenants_attempt", "SELECT, INSERT"),
    Shared("tenants_handover", "SELECT, UPDATE (used_at)"),
)
# What a firm may change of its own row: never its names, its address or its suspension.
FIRM_COLUMNS = "name, state, timezone, language, phone, brand, logo, owner_confirmed_at"


def _ident(name: str) -> str:
    return sql.Identifier(name).as_string(None)


def _text(value: str) -> str:
    return sql.Literal(value).as_string(None)


def before_migrations(app_role: str) -> list[str]:
    """What must stand before the first table."""
    return [
        "CREATE SCHEMA IF NOT EXISTS extensions",
        *[f"CREATE EXTENSION IF NOT EXISTS {name} SCHEMA extensions" for name in EXTENSIONS],
        WORDS,
        *make_role("rt_public", app_role),
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA extensions TO rt_public",
        "GRANT USAGE ON SCHEMA public TO rt_public",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rt_public",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO rt_public",
        "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END $$",
        f"DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO {_ident(app_role)}', current_database()); END $$",
    ]


def make_role(name: str, app_role: str) -> list[str]:
    """A NOLOGIN role that the app's login may take on; roles belong to the cluster, so only if missing."""
    return [
        f"DO $$ BEGIN CREATE ROLE {_ident(name)} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        # Asked first: granting again would make two databases of one cluster stumble over each other.
        f"DO $$ BEGIN IF NOT pg_has_role({_text(app_role)}, {_text(name)}, 'MEMBER') THEN "
        f"GRANT {_ident(name)} TO {_ident(app_role)}; END IF; END $$",
    ]


def after_migrations() -> list[str]:
    """Row-level security on the shared tables, and the check that holds when it is off."""
    statements = [
        OWN_FIRM,
        f"ALTER TABLE public.{FIRM} ENABLE ROW LEVEL SECURITY",
        *_policy(FIRM, "everyone", "TO rt_public USING (true) WITH CHECK (true)"),
        *_policy(FIRM, "own", "USING (schema_name = current_user) WITH CHECK (schema_name = current_user)"),
    ]
    for shared in SHARED:
        column = shared.firm_column
        statements += [
            f"ALTER TABLE public.{shared.table} ENABLE ROW LEVEL SECURITY",
            *_policy(shared.table, "everyone", "TO rt_public USING (true) WITH CHECK (true)"),
            *_policy(
                shared.table,
                "own",
                f"USING ({column} = (SELECT public.own_firm())) WITH CHECK ({column} = (SELECT public.own_firm()))",
            ),
            f"ALTER TABLE public.{shared.table} DROP CONSTRAINT IF EXISTS {shared.table}_own",
            # A firm's role never writes a foreign firm's id, even where row-level security is off.
            f"ALTER TABLE public.{shared.table} ADD CONSTRAINT {shared.table}_own CHECK "
            f"(current_user !~ '^t_' OR ({column} IS NOT NULL AND {column} = public.own_firm())) NOT VALID",
        ]
    return statements


def _policy(table: str, name: str, rule: str) -> list[str]:
    return [
        f"DROP POLICY IF EXISTS {name} ON public.{table}",
        f"CREATE POLICY {name} ON public.{table} {rule}",
    ]


def for_firm(schema_name: str, app_role: str) -> list[str]:
    """The role and the empty schema of one firm; default privileges come before its tables."""
    name = _ident(schema_name)
    return [
        *make_role(schema_name, app_role),
        f"CREATE SCHEMA {name}",
        f"GRANT USAGE ON SCHEMA {name}, extensions, public TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT USAGE, SELECT ON SEQUENCES TO {name}",
        *shared_grants(schema_name),
    ]


def shared_grants(schema_name: str) -> list[str]:
    """The firm's rights on the listed tables of `public`; run again for every firm when the list grows."""
    name = _ident(schema_name)
    grants = [
        f"GRANT SELECT, UPDATE ({FIRM_COLUMNS}) ON public.{FIRM} TO {name}",
        f"GRANT EXECUTE ON FUNCTION public.own_firm() TO {name}",
    ]
    for shared in SHARED:
        grants.append(f"GRANT {shared.rights} ON public.{shared.table} TO {name}")
        if "INSERT" in shared.rights:
            grants.append(
                f"DO $$ DECLARE s text; BEGIN "
                f"SELECT pg_get_serial_sequence('public.{shared.table}', 'id') INTO s FROM pg_attribute "
                f"WHERE attrelid = 'public.{shared.table}'::regclass AND attname = 'id'; "
                f"IF s IS NOT NULL THEN EXECUTE format('GRANT USAGE ON SEQUENCE %s TO {name}', s); END IF; END $$"
            )
    return grants
