"""Families, students, the grown-ups around them, schools, and what they sign."""

from clients.models.about import AboutPage
from clients.models.agreements import (
    Agreement,
    AgreementTemplate,
    Release,
    Signature,
    SigningCode,
    TemplateVersion,
)
from clients.models.merging import MergeRecord
from clients.models.people import (
    CareTeamMember,
    Contact,
    ContactName,
    ContactPoint,
    Family,
    Guardianship,
    Student,
    StudentName,
    join_care_team,
)
from clients.models.schools import District, DistrictName, School, SchoolPerson

__all__ = [
    "AboutPage", "Agreement", "AgreementTemplate", "CareTeamMember", "Contact", "ContactName", "ContactPoint",
    "District", "DistrictName", "Family", "Guardianship", "MergeRecord", "Release", "School", "SchoolPerson",
    "Signature", "SigningCode", "Student", "StudentName", "TemplateVersion", "join_care_team",
]  # fmt: skip
