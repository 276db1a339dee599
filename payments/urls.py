from django.urls import path

from payments import views

urlpatterns = [path("payments/settings/", views.payment_settings, name="payment-settings")]
