"""Recruitment sheet, step 5: one workbook to hand over, and a short form to paste."""

import streamlit as st

from sampler import handover, sheets
from sampler.errors import StoreError
from sampler.model import Fieldwork
from sampler.screener import question
from sampler.tracking import answer_words
from sampler.ui import show, state
from sampler.words import listed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HELP = {
    "purpose": "In neutral words that do not give away what you hope to hear.",
    "dates": "Days, times, how long each session is.",
    "method": "In person, by phone or by video, and where.",
    "access": "Rooms, travel, assistive technology, who may come along.",
    "language": "Languages you can work in; interpreters.",
    "inclusion": "What everybody must have in common.",
    "exclusion": "Who not to recruit, such as people who took part in the last six months.",
    "incentive": "How much, in what form, when, and who pays.",
    "privacy": "Where the privacy notice is, and when answers are deleted.",
    "contact": "A team mailbox, not a person's phone.",
}

round_ = state.round_at_hand("Recruitment sheet")
taken = state.plan_in_use(round_)
everyone = state.store().people(round_.id)
st.html(
    show.lead(
        "One workbook for an agency or a community partner: the brief, the quotas, a row for each "
        "person to fill in, a screener and the sources."
    )
)

with_people = bool(everyone) and st.checkbox(
    "Put the people already recorded on the sheet, by reference",
    key="sheet_with_people",
    help="Left out unless you tick this. Those who take a place are in the counts either way.",
)
sheet = handover.Sheet(
    taken.plan.model_copy(update={"title": round_.title}),
    round_.id,
    taken.number,
    round_.fieldwork,
    tuple(everyone),
    round_.brief.count,
    round_.brief.partial_counts,
    with_people,
    state.today(),
)
with st.container(horizontal=True):
    st.download_button(
        "Download the sheet (.xlsx)",
        lambda: sheets.workbook(sheet),
        file_name=f"{sheet.file_name}.xlsx",
        mime=XLSX,
        type="primary",
        icon=":material/download:",
        on_click="ignore",
        key="sheet_xlsx",
    )
    st.download_button(
        "Quotas only (.csv)",
        lambda: sheets.quotas_csv(sheet).encode("utf-8-sig"),
        file_name=f"{sheet.file_name}.csv",
        mime="text/csv",
        on_click="ignore",
        key="sheet_csv",
    )

texts = round_.fieldwork.model_dump()
blank = [
    handover.FIELDWORK_WORDS[field].lower() for field in ("dates", "contact") if not texts[field]
]
if blank:
    st.html(
        show.note(
            f"The brief has no {listed(blank, 'and no')}",
            "You can download it now and fill these in later.",
        )
    )
with (
    st.expander("Brief: fill in what the recruiter needs", key="sheet_brief"),
    st.form("sheet_fieldwork", border=False),
):
    filled = {
        field: st.text_area(
            words,
            texts[field],
            help=HELP[field],
            height=80,
            max_chars=4000,
            key=f"sheet_{round_.id}_{round_.version}_{field}",
        )
        for field, words in handover.FIELDWORK_WORDS.items()
    }
    recruit = st.number_input(
        "People to recruit",
        0,
        100_000,
        round_.fieldwork.recruit,
        placeholder="As many as wanted",
        help="One in ten to one in four do not come: ask for a few more than you want.",
        key=f"sheet_{round_.id}_{round_.version}_recruit",
    )
    if st.form_submit_button("Save", type="primary"):
        written = {field: text.strip() for field, text in filled.items()}
        fieldwork = Fieldwork(**written, recruit=int(recruit) if recruit else None)
        try:
            state.store().save_round(round_.model_copy(update={"fieldwork": fieldwork}))
        except StoreError as error:
            again = " Load the page again to see it; what you typed here is not kept then."
            st.html(show.note("This is not saved", str(error) + again, kind="bad"))
        else:
            st.rerun()

st.header("What the recruiter sees", anchor=False)
brief, quotas, people, screener, sources, short = st.tabs(
    ["1 Brief", "2 Quotas", "3 People", "4 Screener", "5 Sources", "As an e-mail"], key="sheet_tabs"
)
with brief:
    st.html(show.sheet_preview("Brief", [], handover.brief_rows(sheet)))
with quotas:
    covered = sheet.coverage()
    rows: list[list[str | int]] = [
        [
            part.name,
            quota.group,
            quota.target,
            handover.range_words(quota.low, quota.high, taken.plan.people_wanted),
            row.counted,
            row.gap,
        ]
        for part, state_ in zip(taken.plan.characteristics, covered.characteristics, strict=True)
        for quota, row in zip(part.quotas, state_.rows, strict=False)
        if quota.target or row.counted
    ]
    heads = ["Characteristic", "Group", "Wanted", "Range", "Filled", "Missing"]
    st.html(show.sheet_preview("Quotas", heads, rows))
    st.html(
        show.muted(
            "In the workbook Filled and Missing are formulas: they change as the recruiter fills "
            "in the People page."
        )
    )
with people:
    names = [part.name for part in taken.plan.characteristics]
    filled_rows = [
        [p.reference, *(answer_words(p.answer(name)) for name in names)]
        for p in (everyone if with_people else [])
    ]
    blank_rows = [[f"R{i:02d}", *("" for _ in names)] for i in range(1, 4)]
    preview = [*filled_rows, *blank_rows]
    st.html(show.sheet_preview("People", ["Reference", *names], preview))
    st.html(show.muted("Each cell offers the groups and stages as a list to choose from."))
with screener:
    asked = [question(part) for part in taken.plan.characteristics]
    st.html(
        show.sheet_preview(
            "Screener",
            ["Question", "Answer", "Counts as"],
            [[one.text, answer, counts] for one in asked for answer, counts in one.answers],
        )
    )
with sources:
    st.html(show.sheet_preview("Sources", [], handover.source_rows(sheet)))
    for text in handover.caveats(sheet.plan):
        st.html(show.hint(text))
with short:
    st.html(show.muted("Half a page to paste into an e-mail to a community partner."))
    st.code(handover.short_form(sheet), language=None, wrap_lines=True)

with st.container(horizontal=True, vertical_alignment="center"):
    state.link("coverage", "Coverage")
