"""Stand-ins for Twilio, Stripe and a mail server, as one small process on loopback.

`bin/run` and the tests start it (`python -m standins --port 0 --state DIR`); the official
clients speak to it exactly as they would to the providers. The product never imports it.
It calls nothing but loopback addresses.
"""
