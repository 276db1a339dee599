from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "invoices"

    def ready(self) -> None:
        from invoices import reminding, telling
        from outbox import sending
        from tenants.due import on_due

        on_due(reminding.REMIND, reminding.remind)
        sending.guard(telling.held_back)
