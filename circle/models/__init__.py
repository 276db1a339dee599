"""A child's circle: what home, school and advocate write to each other, agree on, and plan for adult life.

Nothing the office keeps to itself has a place in these tables: notes of a case live in `cases`.
"""

from circle.models.adult_life import Agency, Area, OwnWords, PostSchoolGoal, TransitionPlan, TransitionStep
from circle.models.agreeing import Action, CheckIn, CheckInQuestion
from circle.models.news import Pace, Reader
from circle.models.page import Clip, Post, Side

__all__ = [
    "Action", "Agency", "Area", "CheckIn", "CheckInQuestion", "Clip", "OwnWords", "Pace", "Post", "PostSchoolGoal",
    "Reader", "Side", "TransitionPlan", "TransitionStep",
]  # fmt: skip
