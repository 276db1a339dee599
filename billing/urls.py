from django.urls import path

from billing import views

urlpatterns = [
    path("plan/", views.plan, name="firm-plan"),
    path("plan/checkout/", views.plan_checkout, name="plan-checkout"),
    path("plan/portal/", views.plan_portal, name="plan-portal"),
    path("plan/change/", views.plan_change, name="plan-change"),
    path("plan/look/", views.plan_look, name="plan-look"),
    path("plan/restart/", views.plan_restart, name="plan-restart"),
]
