"""Opening a firm, against our own migrations for the same schema."""

from __future__ import annotations

import secrets
import time

from bench.firms import new_firm
from bench.measuring import line, median_ms
from tenants import rights
from tenants.migrating import _migrate_here, admin_in, app_role, firm_apps, run


def migrated() -> float:
    """Milliseconds for a schema by migrations."""
    name = f"t_bench_{secrets.token_hex(6)}"
    with admin_in("public"):
        run([*rights.make_role(name, app_role()), f'CREATE SCHEMA "{name}"'])
    began = time.perf_counter()
    with admin_in(name):
        _migrate_here(firm_apps())
    took = (time.perf_counter() - began) * 1000
    with admin_in("public"):
        run([f'DROP SCHEMA "{name}" CASCADE', f'DROP OWNED BY "{name}"', f'DROP ROLE "{name}"'])
    return took


def main() -> None:
    baseline = sorted(migrated() for _ in range(3))[1]
    ours = median_ms(lambda: new_firm("signup"), times=9)
    line("signup", ours=ours, baseline=baseline, unit="ms", more="aim: at most 1000 ms without a pool")
