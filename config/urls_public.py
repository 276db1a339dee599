"""The public host."""

urlpatterns: list = []
