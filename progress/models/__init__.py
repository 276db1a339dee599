"""Goals as data: sheets and their points, what schools report, small wins, strategies, the term's report."""

from progress.models.reports import TermReport
from progress.models.school import Called, SchoolReport
from progress.models.sheets import (
    DataPoint,
    DataSheet,
    Direction,
    Measure,
    Phase,
    PointRevision,
    PromptLevel,
    Setting,
    TimeUnit,
)
from progress.models.wins import Strategy, StrategyResult, StrategyVersion, Went, Win

__all__ = [
    "Called", "DataPoint", "DataSheet", "Direction", "Measure", "Phase", "PointRevision", "PromptLevel", "SchoolReport",
    "Setting", "Strategy", "StrategyResult", "StrategyVersion", "TermReport", "TimeUnit", "Went", "Win",
]  # fmt: skip
