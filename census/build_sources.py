"""The words that go with the extract: where each table comes from, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from census.table import Table

Line = tuple[Table, Sequence[str], Sequence[str], int, str | None]
"""A table, its levels as published, its levels added up, how many areas, and when it was issued."""


def sources(lines: Iterable[Line], read: str | None = None) -> str:
    """Return the text of SOURCES.md; `read` says where from and when, if it was a service."""
    how = ONLINE.format(read=read) if read else OFFLINE
    people_of_households = RM134_ONLINE if read else RM134_OFFLINE
    listed = [
        f"| {table.id} | {table.title} | {', '.join(levels)} | {', '.join(sums)} | {areas} "
        f"| {issued or ''} |"
        for table, levels, sums, areas, issued in lines
    ]
    return "\n".join([HEAD, how, PLACES, people_of_households, TABLES_HEAD, *listed, ""])


HEAD = """# Where these figures come from

Census 2021 for England and Wales, Census Day 21 March 2021. Source: Office for National
Statistics, licensed under the Open Government Licence v3.0
(https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/). Tables whose name
begins with NI: Census 2021 Northern Ireland, same day. Source: Northern Ireland Statistics and
Research Agency (NISRA), same licence.
"""
OFFLINE = """\
Made by `python -m census.build_extract FOLDER`, which gives the same files for the same downloads.

**As published.** The bulk files that Nomis publishes, and the same figures in long form (ethnic
group, disability in two groups, sexual orientation, Northern Ireland, RM134). `ltla` are the 331
local authorities of 2022, `utla` the upper tier, `rgn` the regions with Wales, `ctry` the
countries, `ward` the 69 wards of Birmingham, `district` the 11 districts of Northern Ireland.
England and Wales as one has its published count in every TS table, and every leaf added up over
the authorities was checked against it. The issue date is the one in the table's own metadata
note, left blank where there was none.

**Added up from output areas.** Where no official file was at hand the figures are sums of output
areas. Each output area is perturbed separately to protect people, so a sum is not the published
figure: measured on five tables that exist both ways (TS008, TS045, TS054, TS062, TS067), the
largest difference measured is 135 people in a local authority's cell, median 9; 99 in 100 are
within about 60. Two published counts of these very tables (Christians, and people born in the
United Kingdom, in every authority) are met with a median of 8 and at most 78. The app calls these
figures approximate. TS038-4 is the official table TS038 in its four groups; TS038 in two groups
is as published.

**Other sums.** Where a level is not listed, an area's figures are added up from its local
authorities (or districts) and can differ by a few people from a published total, because each
table is perturbed separately.
"""
ONLINE = """\
Made by `python -m census.build_extract --online`.

**Read from {read}**, as published: every table whose name begins with TS or RM. Nomis is at
https://www.nomisweb.co.uk. `ltla` are the 331 local authorities of 2022, `utla` the upper tier,
`rgn` the regions, `ctry` England, Wales, and England and Wales, `ward` the 69 wards of Birmingham
where the table is published for wards. The groups of every area were checked to add up to its
total, and the local authorities to add up to every larger area. The issue date is kept from the
extract before where the figures have not changed, and left blank elsewhere.

**Kept from the extract before**, because Nomis has none of it: Northern Ireland's tables
(`district` are its 11 districts), the list of places, the constituencies and `wards.bin`. A county,
region or country and the sum of its local authorities can differ by a few people, because each
figure is perturbed separately.
"""
PLACES = """\
**Wards and constituencies.** The nine constituencies of 2024 are made of Birmingham's wards: a
ward belongs to the one where most of its people live, by output areas and the best fit of small
areas to wards. Oscott, Brandwood & King's Heath and Weoley & Selly Oak are split; a constituency
with part of one of them counts all of its people or none, which puts it out by 5 to 12%. The
four constituencies without a split ward have the people of their wards within 20. Birmingham
Hodge Hill and Solihull North is left out: a fifth of its people live in Solihull. `wards.bin`
has the names of the 2022 wards of England and Wales, from the lookup of small areas; a ward that
is no small area's best fit is not in it.

**Northern Ireland.** Groups are its own. Disability counts households by how many of their people
are limited. Prefer not to say and Not stated are one cell of sexual orientation. Its ages are left
out: the file at hand does not say where its age groups begin and end.
"""
RM134_OFFLINE = """\
**RM134** counts household reference persons, for Birmingham, Coventry and Dudley only.
"""
RM134_ONLINE = """\
**RM134** counts household reference persons, for the local authorities that Nomis gives it for.
"""
TABLES_HEAD = """\
| table | title | levels as published | added up from output areas | areas | issued |
| --- | --- | --- | --- | --- | --- |"""
