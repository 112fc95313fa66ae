"""Mix and quotas, step 2: how many people, which characteristics, which rules; the quotas."""

from contextlib import suppress
from fractions import Fraction

import streamlit as st

import census
from census.errors import CensusError
from sampler import fetching, figures, handover, rules, sizes
from sampler.brief import Brief
from sampler.errors import BriefError, NoPlan
from sampler.mix import not_answered_words
from sampler.model import PlannedCharacteristic
from sampler.people import coverage, show_rates, turnout
from sampler.quotas import close_call_words, group_noun
from sampler.seats import splits
from sampler.sizes import first_seats, groups_heard
from sampler.ui import (
    ages_button,
    asking,
    change_dialog,
    combining_box,
    quota_tables,
    recruiter_facts,
    recruiter_words,
    rule_bar,
    show,
    state,
)
from sampler.words import count, listed

ADD_OWN = "Add your own"

round_ = state.round_at_hand("Mix and quotas")
brief = round_.brief
place = state.place(brief) or "the place you choose"
follow = f"the people who live in {place}" if brief.audience == "residents" else "your figures"
if any(part.heard is not None for part in brief.characteristic):
    follow = "who was missing in earlier rounds"
st.html(
    show.lead(
        f"Say how many people you want to speak to. The numbers below follow {follow}, as closely "
        "as whole people can."
    )
)


def save_people() -> None:
    """Keep how many people are wanted."""
    wanted = st.session_state.mix_people

    def change(b: Brief) -> Brief:
        parts = [splits.resized(one, wanted).model_dump() for one in b.split]
        return b.changed(people_wanted=wanted, split=parts)

    state.save_brief(round_, change)


def save_characteristics() -> None:
    """Keep the characteristics chosen; those left out go, those added come last."""
    wanted = [name for name in st.session_state.mix_characteristics if name != ADD_OWN]
    st.session_state.mix_add_own = ADD_OWN in st.session_state.mix_characteristics

    def change(b: Brief) -> Brief:
        present = dict(zip(figures.names(b), b.characteristic, strict=True))
        parts = [part.model_dump() for name, part in present.items() if name in wanted]
        parts += [{"topic": census.find_topic(name).id} for name in wanted if name not in present]
        return b.changed(characteristic=parts)

    state.save_brief(round_, change)


used = {part.topic for part in brief.characteristic}
offered = [topic.title for topic in census.TOPICS.values() if topic.id not in used]
if len(brief.areas) > 1 and census.WHERE_THEY_LIVE.id not in used:
    offered.append(census.WHERE_THEY_LIVE.title)
present = figures.names(brief)
options = [*present, *(title for title in offered if title not in present), ADD_OWN]
few, many = st.columns([2, 9])
few.number_input(
    "People wanted",
    1,
    100_000,
    key=state.shows("mix_people", brief.people_wanted),
    on_change=save_people,
)
many.multiselect(
    "Characteristics",
    options,
    key=state.shows("mix_characteristics", present),
    placeholder="Choose what people are divided by",
    on_change=save_characteristics,
    wrap=True,
    select_all=False,
)
if st.session_state.pop("mix_add_own", False):
    change_dialog.add_own(round_)

if not brief.characteristic:
    st.html(show.empty("No characteristic yet", "Choose what the mix should follow, above."))
    st.stop()


try:
    nearest = figures.nearest_plan(brief)
    plan, conflict, mix = nearest.plan, nearest.conflict, figures.mix_of(nearest.brief)
except (BriefError, CensusError, NoPlan) as error:
    problems = getattr(error, "problems", (("", str(error)),))
    st.html(show.note("There are no quotas yet", *(text for _, text in problems), kind="bad"))
    with st.container(horizontal=True, vertical_alignment="center"):
        unread = brief.areas and state.place(brief) and fetching.lacks(brief)
        if unread and st.button("Get the figures", type="primary", key="mix_get"):
            asking.read(round_, brief)
            st.rerun()
        if rules.of(brief) and st.button("Take out all rules", key="mix_no_rules"):
            state.save_brief(round_, rules.without_any)
            st.rerun()
        state.link("population", "Population", ":material/arrow_back:")
    st.stop()


rule_bar.draw(round_, nearest, mix)

taken = state.store().latest_plan(round_.id)
everyone = state.store().people(round_.id)
if everyone and taken is not None and not taken.plan.is_same(plan):
    partial = brief.partial_counts
    already = coverage.below_booked(taken.plan, everyone, partial_counts=partial)
    below = [
        one
        for one in coverage.below_booked(plan, everyone, partial_counts=partial)
        if one not in already
    ]
    if below:
        st.html(
            show.note(
                f"{count(len(below), 'quota')} below people already booked",
                f"{listed(below)}.",
            )
        )


def take_swap(index: int, group: str, least: int) -> None:
    """Give a close call's last place to the group that missed it, as a rule."""
    state.save_brief(round_, lambda b: rules.add(b, index, group, "at least", least))


def follow_population(index: int) -> None:
    """Let a characteristic follow the population again, not what earlier rounds missed."""
    nothing = {"heard": None, "heard_rounds": None}
    state.save_brief(round_, lambda b: b.with_characteristic(index, **nothing))


def draw(index: int, part: PlannedCharacteristic) -> None:
    """Draw one characteristic: how it is kept, its table, its source and its notes."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"mix_head_{index}"):
        st.header(show.plain(part.name), anchor=False, width="content")
        st.html(show.hint(quota_tables.kept_line(part)), width="content")
        if st.button(
            "Change",
            key=f"mix_change_{index}",
            type="tertiary",
            help=show.plain(f"Change {part.name}"),
        ):
            change_dialog.change(round_, figures.names(brief).index(part.name), part)
        if part.from_gaps:
            st.button(
                "Follow the population",
                key=f"mix_no_gaps_{index}",
                type="tertiary",
                help=show.plain(f"Let {part.name} follow the population, not the gaps"),
                on_click=follow_population,
                args=(figures.names(brief).index(part.name),),
            )
    total = sum(quota.people or 0 for quota in part.quotas)
    source = quota_tables.source_line(part.source, total, place, state.today(), part.basis)
    in_mix = mix.characteristics[index]
    more = [part.from_gaps, quota_tables.broad_totals(part), in_mix.rescaled]
    if part.not_answered:
        more.append(not_answered_words(part.not_answered, total))
    below = " ".join(filter(None, [source, *more]))
    st.html(quota_tables.quota_table(part, brief.people_wanted) + show.muted(below))
    if part.close_call:
        st.html(show.note("A close call", close_call_words(part)))
        call = part.close_call
        st.button(
            show.plain(f"Give it to {show.label(part, call.loser)}"),
            key=f"mix_swap_{index}",
            on_click=take_swap,
            args=(figures.names(brief).index(part.name), call.loser, call.loser_target + 1),
        )
    if part.basis != "minimums" and not part.is_ordered:
        seats = first_seats(in_mix, brief.people_wanted)
        if drawn := quota_tables.no_seat_note(part, brief.people_wanted, place, seats):
            st.html(drawn)
    at = figures.names(brief).index(part.name)
    if part.leaning:
        st.html(show.details_box(quota_tables.leaning_title(part.source), part.leaning))
    if part.leaning or brief.characteristic[at].round_ages:
        ages_button.draw(round_, at, part)


for number, one in enumerate(plan.characteristics):
    draw(number, one)

residents = 0
with suppress(CensusError):
    residents = census.residents(figures.areas_of(brief)) if brief.areas else 0
st.html(quota_tables.small_numbers(plan, residents if brief.audience == "residents" else 0))
for warning in mix.warnings:
    st.html(show.note("Hard to recruit for", warning))

with st.expander("How many people would be enough?", key="mix_sizes", on_change="rerun") as enough:
    followed = [part for part in mix.characteristics if part.basis != "minimums"]
    if enough.open and followed:
        biggest = max(followed, key=lambda part: len(part.groups))
        heard = groups_heard(biggest)
        groups = sum(1 for group in biggest.groups if group.share)
        noun = group_noun(biggest)
        words = quota_tables.step_chart_words(heard, brief.people_wanted, groups, noun)
        dark = st.context.theme.type == "dark"
        st.html(show.hint(f"{noun[0].upper()}{noun[1:]}s with at least one seat"))
        st.altair_chart(
            quota_tables.step_chart(heard, brief.people_wanted, groups, noun, dark),
            theme=None,
            alt=words,
        )
        tried = sizes.table(nearest.brief, figures.look_up(nearest.brief))
        st.html(
            show.muted(
                f"{words} A seat can come and go as people are added: one more person shifts the "
                f"remainders. {sizes.enough_words(tried)}"
            )
        )
        st.subheader("How many to recruit", anchor=False)
        chance = turnout.CHANCE if brief.chance is None else Fraction(brief.chance)
        records = show_rates.track_records(
            state.store().recruiters(round_.id),
            recruiter_facts.outcomes(),
            fallback=recruiter_words.ANY_AGENCY,
        )
        come = turnout.turnout(plan, records, chance=chance)
        for sentence in turnout.said(come) if come else ():
            st.html(show.hint(sentence))
        st.html(show.muted(recruiter_words.reckoned_words(records)))

with st.expander("How the characteristics combine", key="mix_pairs", on_change="rerun") as combined:
    if combined.open:
        combining_box.draw(round_, nearest.brief)

with st.expander("How this was worked out, and the brief as a file", key="mix_how"):
    st.html(show.how_it_was_worked_out())
    st.download_button(
        "Download the brief (.toml)",
        brief.to_toml(),
        file_name=f"{handover.slug(brief.title)}.toml",
        mime="application/toml",
        on_click="ignore",
        key="mix_brief",
    )

label = "Continue to seats" if taken is None else "Use this plan"
if conflict is not None:
    st.html(show.muted("Put the rules right, above, before these quotas can be used."))
elif taken is not None and taken.plan.is_same(plan):
    st.html(show.muted(f"Saved. These quotas are plan {taken.number}, the plan in use."))
    label = "Continue to seats"
elif taken is not None:
    changed = coverage.changes(taken.plan, plan)
    if coverage.is_under_way(everyone):
        st.html(
            show.note(
                f"Plan {taken.number} is in use and people are booked",
                f"Using these quotas instead changes: {listed(changed)}."
                if changed
                else "Using these instead changes no quota, only how they are kept or their notes.",
            )
        )
    else:
        st.html(show.muted(f"Saved. Plan {taken.number} is in use until you use this one."))
else:
    st.html(show.muted("Saved."))
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button(
        label,
        type="primary",
        icon=":material/arrow_forward:",
        icon_position="right",
        key="mix_use",
        disabled=conflict is not None,
    ):
        if label != "Use this plan":
            state.go("seats")
        state.store().take_plan(round_.id, plan)
        state.go("participants")
    state.link("population", "Population")
