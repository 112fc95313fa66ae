"""Population figures of Census 2021, England and Wales; knows nothing of the planner."""

from census import held
from census.errors import CensusError
from census.extract import every_area, nearest
from census.model import Ages, Area, Distribution, GroupCount, JointDistribution, Source
from census.places import area, check_apart, find_areas
from census.population import distribution, head_count, residents
from census.topics import TOPICS, WHERE_THEY_LIVE, Topic
from census.topics import find as find_topic

__all__ = [
    "TOPICS",
    "WHERE_THEY_LIVE",
    "Ages",
    "Area",
    "CensusError",
    "Distribution",
    "GroupCount",
    "JointDistribution",
    "Source",
    "Topic",
    "area",
    "check_apart",
    "distribution",
    "every_area",
    "find_areas",
    "find_topic",
    "head_count",
    "held",
    "nearest",
    "residents",
]
