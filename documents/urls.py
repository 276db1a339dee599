from django.urls import path

from documents import portal, views

urlpatterns = [
    path("documents/", views.document_list, name="documents"),
    path("documents/<uuid:pk>/", views.document_detail, name="document"),
    path("documents/<uuid:pk>/state/", views.document_state, name="document-state"),
    path("documents/<uuid:pk>/details/", views.document_details, name="document-details"),
    path("documents/<uuid:pk>/versions/new/", views.version_new, name="version-new"),
    path("documents/<uuid:pk>/password/", views.document_password, name="document-password"),
    path("documents/<uuid:pk>/removal/", views.document_removal, name="document-removal"),
    path("documents/<uuid:pk>/original/", views.document_original, name="document-original"),
    path("documents/<uuid:pk>/copy/", views.document_copy, name="document-copy"),
    path("documents/parts/<uuid:pk>/", views.document_part, name="document-part"),
    path("documents/pictures/<uuid:pk>/", views.picture, name="picture"),
    path("documents/clips/<uuid:pk>/", views.clip, name="clip"),
    path("files/<str:token>/", views.file, name="file"),
    path("students/<uuid:pk>/papers/", views.papers, name="papers"),
    path("students/<uuid:pk>/papers/new/", views.paper_new, name="paper-new"),
    path("students/<uuid:pk>/papers/requests/new/", views.request_new, name="request-new"),
    path("paper-requests/<uuid:pk>/call-off/", views.request_call_off, name="request-call-off"),
    path("settings/files/", views.files_health, name="files-health"),
    path("portal/papers/", portal.papers, name="portal-papers"),
    path("portal/papers/new/", portal.paper_new, name="portal-paper-new"),
    path("portal/papers/<uuid:pk>/", portal.paper, name="portal-paper"),
    path("portal/papers/<uuid:pk>/state/", portal.paper_state, name="portal-paper-state"),
    path("portal/papers/<uuid:pk>/password/", portal.paper_password, name="portal-paper-password"),
    path("portal/papers/requests/<uuid:pk>/", portal.request_detail, name="portal-request"),
]
