from django.urls import path

from payments import portal, public, views
from web.access import public as open_to_all

urlpatterns = [
    path("payments/", views.payment_list, name="payments"),
    path("payments/new/", views.payment_new, name="payment-new"),
    path("payments/settings/", views.payment_settings, name="payment-settings"),
    path("payments/settings/disconnection/", views.payment_disconnection, name="payment-disconnection"),
    path("payments/findings/<uuid:pk>/closure/", views.finding_closure, name="finding-closure"),
    path("payments/<uuid:pk>/", views.payment, name="payment"),
    path("payments/<uuid:pk>/refunds/", views.payment_refund, name="payment-refund"),
    path("payments/<uuid:pk>/void/", views.payment_void, name="payment-void"),
    path("payments/<uuid:pk>/receipt.pdf", views.payment_receipt, name="payment-receipt"),
    path("pay/<str:token>/", open_to_all(public.pay, why="whoever has the link may pay"), name="pay"),
    path("receipts/<str:secret>/", open_to_all(public.receipt, why="its address is secret"), name="receipt"),
    path("receipts/<str:secret>/receipt.pdf", open_to_all(public.receipt_pdf, why="its address is secret"), name="receipt-pdf"),
    path("portal/payments/", portal.portal_payments, name="portal-payments"),
    path("portal/payments/pay/", portal.portal_pay, name="portal-pay"),
    path("portal/payments/<uuid:pk>/receipt.pdf", portal.portal_receipt, name="portal-receipt"),
]  # fmt: skip
