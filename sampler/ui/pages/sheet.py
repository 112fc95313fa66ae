"""Recruitment sheet, step 6: a workbook to hand over, one for each recruiter, and a short form."""

import streamlit as st

from sampler import handover
from sampler.model import Fieldwork
from sampler.ui import recruiter_facts, recruiter_rows, recruiter_sheets, show, state
from sampler.ui.recruiter_facts import MOST_READ
from sampler.words import listed, people

EVERYBODY = "Everybody"
MOST_ABREAST = 4  # more recruiters than this are chosen from a list
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
counted = state.store().tally(round_.id)
is_read = counted.total <= MOST_READ
everyone = state.store().people(round_.id) if is_read else []
st.html(
    show.lead(
        "One workbook for each agency or community partner. They fill in the People page and "
        "send it back; you read it in on Participants."
    )
)

with_people = bool(counted.total) and st.checkbox(
    "Put the people already recorded on the sheets, by reference",
    key="sheet_with_people",
    help="Left out unless you tick this; a recruiter only ever gets their own. Those who take a "
    "place are in the counts either way.",
)
facts = recruiter_facts.of(round_, taken.plan)
made = recruiter_sheets.Sheets(round_, taken, facts, with_people=with_people)
recruiter_rows.draw(round_, taken.plan, facts, made, counted, everyone)
if not is_read:
    st.html(
        show.note(
            f"{people(counted.total)} are recorded",
            "Too many to count on this page: what is shown here is without them. What you "
            "download counts them.",
            kind="calm",
        )
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
drawn_key = f"sheet_{round_.id}_drawn"
if f"sheet_{round_.id}_purpose" not in st.session_state:
    st.session_state[drawn_key] = round_.fieldwork  # the fields begin with what stands now
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
            key=f"sheet_{round_.id}_{field}",
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
        key=f"sheet_{round_.id}_recruit",
    )
    if st.form_submit_button("Save", type="primary"):
        written = {field: text.strip() for field, text in filled.items()}
        fieldwork = Fieldwork(**written, recruit=int(recruit) if recruit else None)
        if round_.fieldwork != st.session_state[drawn_key]:
            st.session_state[drawn_key] = round_.fieldwork
            title = "The brief was changed in another window"
            how = "What you typed is still here. Save again to keep yours instead of theirs."
            st.html(show.note(title, how, kind="bad"))
        else:
            if state.save_round(round_.model_copy(update={"fieldwork": fieldwork})):
                st.session_state[drawn_key] = fieldwork
            st.rerun()  # what stopped it is said at the top; the fields keep what was typed

st.header("What the recruiter sees", anchor=False)
chosen = None
if facts is not None:
    names = {one.id: one.name for one in facts.recruiters}
    picked: str | None
    if len(names) <= MOST_ABREAST:
        picked = st.segmented_control(
            "Whose sheet",
            [EVERYBODY, *names],
            default=EVERYBODY,
            format_func=lambda option: show.plain(names.get(str(option), EVERYBODY)),
            key="sheet_whose",
            required=True,
        )
    else:
        picked = st.selectbox(
            "Whose sheet",
            [EVERYBODY, *names],
            format_func=lambda option: names.get(option, option),
            key="sheet_whose_of_many",
        )
    chosen = next((one for one in facts.recruiters if one.id == picked), None)
    if chosen is None:
        st.html(show.muted("The whole round's sheet asks for everybody: send it to one only."))
sheet = made.of(chosen, everyone)
recruiter_sheets.downloads(made, sheet)
recruiter_sheets.preview(sheet, is_counted=is_read)

with st.container(horizontal=True, vertical_alignment="center"):
    state.link("coverage", "Coverage")
