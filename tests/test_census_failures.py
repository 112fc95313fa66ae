"""What a person reads when the census service fails: every failure by name, word for word."""

import pytest

import census
from census import nomis
from census.client import Client, Settings
from census.errors import CensusError
from census.tables import TABLES
from tests.fake_census import Fake, serving

KEY = "0xfeedc0ffee1234567890"
BIRMINGHAM, COVENTRY = "E08000025", "E08000026"
OLD = "Such a code may be an old one, or the table is not published for such places."
CUT = "The census service broke off in the middle of its answer."


@pytest.fixture(scope="module")
def service():
    """The pretend service and its address."""
    fake = Fake()
    with serving(fake) as address:
        yield fake, address


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def a_client(address, **settings):
    return Client(
        Settings(nomis=f"{address}/nomis", ons=f"{address}/ons", key=KEY, **settings),
        sleep=lambda seconds: None,
    )


def ethnic_groups(client, codes=(BIRMINGHAM, COVENTRY)):
    return nomis.rows(client, TABLES["TS021"], codes)


def joint(client):
    from census import ons

    wanted = [ons.Wanted(census.find_topic(topic)) for topic in ("ethnic_group", "age")]
    return ons.joint(client, wanted, [census.area(BIRMINGHAM)], census.Ages(16))


FAILURES = {
    "an empty body with 200": (
        "empty",
        "The census service has nothing of Ethnic group (TS021) for E08000025 and E08000026. "
        + OLD,
    ),
    "an HTML page with 200": (
        "html",
        "The census service sent a web page instead of figures. Usually its limit on requests was "
        "reached (wait a few minutes), or NOMIS_API_KEY is set to a key that is not right.",
    ),
    "an error in JSON with 200": (
        "error json",
        "The census service refused the question (“Cannot create query”).",
    ),
    "429 without Retry-After": (
        "429",
        "The census service is busy and asked us to wait (status 429). Try again later.",
    ),
    "429 with Retry-After": (
        "429 after",
        "The census service is busy and asked us to wait (status 429). Try again in 60 minutes.",
    ),
    "a body cut in the middle": ("cut", CUT),
    "RECORD_COUNT larger than the rows sent": (
        "count",
        "The census service stopped after 50 of 57 rows.",
    ),
    "an area silently missing": (
        "missing area",
        f"The census service has no whole row of Ethnic group (TS021) for E08000026. {OLD}",
    ),
    "a zero total": (
        "zero",
        "The census service gives nobody for E08000025: its code may be an old one.",
    ),
    "a slow drip": ("drip", "The census service was too slow: more than 0.4 seconds."),
    "a closed connection": (
        "close",
        "The census service closed the connection without an answer.",
    ),
}


@pytest.mark.parametrize(("trouble", "words"), FAILURES.values(), ids=FAILURES)
def test_the_message_is_one_plain_sentence_and_no_figure_is_used(service, trouble, words):
    fake, address = service
    fake.reset(trouble)
    client = a_client(address, deadline=0.4 if trouble == "drip" else 60)
    with pytest.raises(CensusError) as error:
        ethnic_groups(client)
    client.close()
    assert str(error.value) == words
    assert not any(odd in words for odd in ("http", "127.0.0.1", KEY, "Traceback", "Error"))


def test_503_then_success_is_no_failure(service):
    fake, address = service
    fake.reset("503 once")
    client = a_client(address)
    assert sum(ethnic_groups(client)[BIRMINGHAM].values()) > 2_000_000
    client.close()
    assert fake.data_requests == 2


def test_a_column_that_changes_type_between_pages_is_no_failure(service):
    fake, address = service
    fake.reset()
    client = a_client(address)
    straight = ethnic_groups(client)
    fake.reset("types")
    fake.limit = 20
    try:
        assert ethnic_groups(client) == straight
    finally:
        fake.limit = 25_000
        client.close()
    assert fake.data_requests == 3


def test_a_blocked_area_is_named(service):
    fake, address = service
    fake.reset("blocked")
    client = a_client(address)
    with pytest.raises(CensusError) as error:
        joint(client)
    client.close()
    words = str(error.value)
    assert words == (
        "The census service keeps Ethnic group by age back for Birmingham: few people would be "
        "counted in some groups. Try fewer groups (Ethnic group in broad groups; Age in 16-24, "
        "25-34, 35-49, 50-64 and 65+) or a larger area (West Midlands or England)."
    )
