"""Families, students, the grown-ups around them, schools, and what they sign."""

from clients.models.about import AboutPage
from clients.models.adulthood import RightsTransfer, SharingChoice
from clients.models.agreements import (
    Agreement,
    AgreementTemplate,
    Release,
    Signature,
    SigningCode,
    TemplateVersion,
)
from clients.models.guests import ADDABLE, GuestGrant, Part
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
    "ADDABLE", "AboutPage", "Agreement", "AgreementTemplate", "CareTeamMember", "Contact", "ContactName", "ContactPoint",
    "District", "DistrictName", "Family", "Guardianship", "GuestGrant", "MergeRecord", "Part", "Release", "RightsTransfer",
    "School", "SchoolPerson", "SharingChoice", "Signature", "SigningCode", "Student", "StudentName", "TemplateVersion",
    "join_care_team",
]  # fmt: skip
