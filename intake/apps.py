from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "intake"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from clients.signals import agreement_signed
        from documents.models import families_without_a_child_are_seen_by
        from intake import asking, inquiries
        from outbox.sending import guard
        from web.access import Can
        from web.navigation import register

        guard(asking.may_leave)
        families_without_a_child_are_seen_by(inquiries.families_of)
        agreement_signed.connect(inquiries.heard_signed, dispatch_uid="inquiry-signed")
        register("staff", label=_("Intake"), icon="phone", url_name="intake", order=25, can=Can.TAKE_INTAKE)
        register("new", label=_("Phone call"), icon="phone", url_name="inquiry-new", order=10, can=Can.TAKE_INTAKE)  # fmt: skip
        register("settings", label=_("Questions for families"), icon="list", url_name="question-lists", order=56, can=Can.SET_PAPERS)  # fmt: skip
