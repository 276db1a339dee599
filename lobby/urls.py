from django.urls import path

from lobby import views
from web.access import public

WHY = "the public site"
PAGES = ("help", "privacy", "terms", "accessibility")

everywhere = [path(f"{name}/", public(views.page, why=WHY), {"name": name}, name=name) for name in PAGES]
urlpatterns = [
    path("", public(views.home, why=WHY), name="home"),
    path("pricing/", public(views.pricing, why=WHY), name="pricing"),
    path("signup/", public(views.sign_up, why=WHY), name="sign-up"),
    path("signup/owner/", public(views.sign_up_owner, why=WHY), name="sign-up-owner"),
    path("signup/place/", public(views.sign_up_place, why=WHY), name="sign-up-place"),
    path("find-my-firm/", public(views.find_my_firm, why=WHY), name="find-my-firm"),
    *everywhere,
]
