"""Starts PostgreSQL, Valkey and the stand-ins for the commands in `bin/`.

Standard library only, and never imported by the product: a deployment brings its own
servers by DATABASE_URL, DATABASE_ADMIN_URL and REDIS_URL.
"""
