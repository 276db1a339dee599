"""The tables of a case, by noun."""

from cases.models.calendars import NoSchool, SchoolCalendar, SchoolYear
from cases.models.deadlines import (
    CaseEvent,
    Deadline,
    DeadlineChange,
    DeadlineFeed,
    Status,
    WarningChannel,
    WarningSetting,
    Why,
)
from cases.models.matters import (
    Case,
    Closure,
    HandOver,
    Kind,
    Outcome,
    StageChange,
    Task,
    TaskCause,
    TaskTemplate,
    said_title,
)
from cases.models.meetings import (
    Attendance,
    Attendee,
    Concern,
    Decision,
    Meeting,
    MeetingKind,
    MeetingRequest,
    Result,
)
from cases.models.removals import Removal
from cases.models.timeline import CONTACT_LOG, EntryKind, TimelineEntry

__all__ = [
    "CONTACT_LOG",
    "Attendance",
    "Attendee",
    "Case",
    "CaseEvent",
    "Closure",
    "Concern",
    "Deadline",
    "DeadlineChange",
    "DeadlineFeed",
    "Decision",
    "EntryKind",
    "HandOver",
    "Kind",
    "Meeting",
    "MeetingKind",
    "MeetingRequest",
    "NoSchool",
    "Outcome",
    "Removal",
    "Result",
    "SchoolCalendar",
    "SchoolYear",
    "StageChange",
    "Status",
    "Task",
    "TaskCause",
    "TaskTemplate",
    "TimelineEntry",
    "WarningChannel",
    "WarningSetting",
    "Why",
    "said_title",
]
