from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from documents import adding, asking, checking, searching
        from outbox.sending import guard
        from tenants.due import on_due
        from web import search
        from web.access import Can
        from web.navigation import register

        guard(asking.may_leave)
        on_due(adding.CHECK, checking.check_due)
        register("staff", label=_("Documents"), icon="folder", url_name="documents", order=40, can=Can.SEE_STUDENTS)  # fmt: skip
        register("student", label=_("Papers"), icon="folder", url_name="papers", order=30, can=Can.SEE_STUDENTS)  # fmt: skip
        register("family", label=_("Papers"), icon="folder", url_name="portal-papers", order=30, phone=True, can=Can.VISIT_PORTAL)  # fmt: skip
        search.register("papers", label=_("Papers"), order=25, can=Can.SEE_STUDENTS, find=searching.papers)
        search.register(
            "pages", label=_("Pages of papers"), order=70, can=Can.SEE_STUDENTS, find=searching.pages
        )
