"""A firm's host."""

urlpatterns: list = []
