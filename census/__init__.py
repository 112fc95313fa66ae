"""Population figures of Census 2021, England and Wales; knows nothing of the planner."""

from census.errors import CensusError
from census.extract import area, every_area, find_areas, nearest
from census.model import Ages, Area, Distribution, GroupCount, Source
from census.population import distribution, residents
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
    "Source",
    "Topic",
    "area",
    "distribution",
    "every_area",
    "find_areas",
    "find_topic",
    "nearest",
    "residents",
]
