from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        from outbox import sending
        from tenants.due import on_due

        on_due(sending.DUE, sending.deliver)
        on_due(sending.RECONCILE, sending.reconcile)
