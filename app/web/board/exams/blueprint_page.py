"""The pages on which a blueprint is changed: the form, and what it would change."""

from collections.abc import Iterable, Iterator, Mapping

from app.errors import ExamError, ExamNotRunnable, Refused
from app.services.bank.exams import Saving, sentence
from app.web.board.desk.frames import EXAMS, exam_address, frame
from app.web.board.desk.pages import Field, Link
from app.web.board.desk.session import Desk
from app.web.board.exams.blueprint_names import ANCHORS, RANGES, Stock, least, most, name_of
from app.web.board.exams.pages import BlueprintPage, ConfirmPage, Group, Pick, Picks, Span
from app.web.words.errors import sentence_of
from itembank.exams import ExamDefinition, FixedForm

KINDS = {
    "adaptive": ("Adaptive", "The best next items by the answers so far. For most windows."),
    "random": (
        "Random under the blueprint",
        "For a first window, while difficulties are only judged: its responses suit calibration.",
    ),
    "fixed": ("The fixed form that the exam has now", "The same items for all."),
}
RULES = {
    "none": ("No control", "The most informative items are chosen, again and again."),
    "progressive": ("Progressive", "Chance is strong in the first block and fades."),
    "randomesque": ("Randomesque", "Chance chooses among the best items of a criterion."),
    "eligibility": (
        "Eligibility, one target for all candidates",
        "No item is met by more than the target share of candidates.",
    ),
    "eligibility-by-ability": (
        "Eligibility, the target within each ability group",
        "As above, also among candidates of like ability. It needs a larger bank.",
    ),
}
FOLDED = {
    "topics": ("Topics", "Items of a topic. Empty: no rule."),
    "demands": ("Cognitive demand", "Items by what their command word asks. Empty: no rule."),
    "key_positions": (
        "Position of the key",
        "How often the right answer stands at each place. Empty: no rule.",
    ),
    "authors": ("Authors", "Items written by each author. Empty: no rule."),
}
ONE_SET = "One set on each line: item ids with spaces or commas between them."
IDS = "Item ids with spaces, commas or new lines between them."
LEDE = (
    "Change what a paper is made of. Saving makes a new version of the exam: windows planned "
    "before keep the version they were planned with. The next page shows what changes."
)
NOT_YET = (
    "Nothing is saved yet. This is what the version changes; windows planned before keep the "
    "version they were planned with."
)
NOTHING_DIFFERS = "Nothing differs from the newest version, so there is nothing to save."
REASON = Field("reason", "Reason", "It is kept with the change.", is_required=False)
LIMITS = "Whole numbers. Give both, or leave both empty for no rule."


def blueprint_page(
    desk: Desk,
    offer: Stock,
    typed: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    refusal: ExamError | None = None,
) -> BlueprintPage:
    """Return the form, filled in with what is `typed`, and what is wrong in it."""
    exam, faults = offer.exam, dict(wrong or {})
    groups = tuple(_Groups(offer, typed, faults).all())
    labels = dict(_labels(groups))
    errors = [
        Link(f"{labels[name]}: {faults[name]}", f"#{name}") for name in labels if name in faults
    ]
    errors += [Link(words, "#main") for name, words in faults.items() if name not in labels]
    errors += [Link(words, href) for words, href in _reasons(refusal)]
    return BlueprintPage(
        frame=frame(
            desk, f"Blueprint of {exam.title}", EXAMS, Link(exam.title, exam_address(exam.code))
        ),
        lede=LEDE,
        errors=tuple(errors),
        groups=groups,
        target=exam_address(exam.code, "blueprint"),
        version=typed.get("version", str(exam.version)),
        submit="See what changes",
        back=Link("Back to the exam", exam_address(exam.code)),
    )


def confirm_page(
    desk: Desk,
    exam: ExamDefinition,
    found: Saving | ExamError,
    *,
    draft: str,
    reason: Field = REASON,
) -> ConfirmPage:
    """Return what saving would change, or why it is refused now: the exam, or the reason typed."""
    here = exam_address(exam.code, "blueprint")
    changes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal, lede = reason.error, NOTHING_DIFFERS
    if isinstance(found, ExamError):
        refusal, lede = sentence_of(found), "Nothing has been saved."
    elif found.changes:
        changes, warnings = tuple(str(one) for one in found.changes), found.warnings
        lede = NOT_YET
    return ConfirmPage(
        frame=frame(
            desk,
            f"Version {exam.version} of {exam.title}",
            EXAMS,
            Link(exam.title, exam_address(exam.code)),
        ),
        lede=lede,
        refusal=refusal,
        changes=changes,
        warnings=warnings,
        target=exam_address(exam.code, "blueprint", "save"),
        draft=draft,
        submit=f"Save version {exam.version}" if changes else "",
        fields=(reason,),
        links=(
            Link("Change it", f"{here}?draft={draft}"),
            Link("Start again from the newest version", here),
            Link("Back to the exam", exam_address(exam.code)),
        ),
    )


def outdated(exam: ExamDefinition) -> Refused:
    """Return the refusal of a form that was made from an older version."""
    return Refused(
        f"Version {exam.version} was saved while this page was open, so nothing was changed. Open "
        "the blueprint again, and make your change on it. What you typed is still below."
    )


def _labels(groups: Iterable[Group]) -> Iterator[tuple[str, str]]:
    """Yield the name and the label of every field, in their order on the page."""
    for group in groups:
        yield from ((one.name, one.legend) for one in group.picks)
        yield from ((one.name, one.label) for one in group.fields)
        for span in group.spans:
            yield from ((end.name, span.legend) for end in (span.least, span.most))
        yield from ((one.name, one.label) for one in group.areas)


def _reasons(refusal: ExamError | None) -> Iterator[tuple[str, str]]:
    """Yield each reason of a refusal, with the field it is about if there is one."""
    if isinstance(refusal, ExamNotRunnable):
        for reason in refusal.reasons:
            field, _, words = reason.partition(": ")
            yield sentence(words), f"#{ANCHORS.get(field, 'items')}"
    elif refusal is not None:
        yield sentence_of(refusal), "#main"


class _Groups:
    """Builds the form's parts from what is offered, typed and wrong."""

    def __init__(self, offer: Stock, typed: Mapping[str, str], wrong: Mapping[str, str]) -> None:
        self._offer, self._typed, self._wrong = offer, typed, wrong

    def all(self) -> Iterator[Group]:
        """Yield the parts in their order on the page."""
        yield self._paper()
        yield self._criteria()
        yield self._outcomes()
        yield self._exposure()
        yield self._named()
        yield self._totals()
        for part, (title, hint) in FOLDED.items():
            yield self._folded(part, title, hint)
        yield self._stimuli()
        yield self._pretest()

    def _paper(self) -> Group:
        fixed = isinstance(self._offer.exam.paper, FixedForm)
        kinds = {kind: words for kind, words in KINDS.items() if fixed or kind != "fixed"}
        return Group(
            "paper",
            "The paper",
            "",
            picks=(self._picks("kind", "How it is made", kinds),),
            fields=(
                self._field("items", "Scored items", "From 1 to 500."),
                self._field("block_size", "Items in a block", "1 chooses anew after each answer."),
            ),
        )

    def _criteria(self) -> Group:
        shares = [
            self._field(name_of("criterion", code), title, needed=False)
            for code, title in self._offer.codes("criteria").items()
        ]
        tolerance = "A paper may hold so many items of a criterion more or fewer than its share."
        return Group(
            "criteria",
            "Assessment criteria",
            "Each criterion's share, in items; together they are the scored items. Empty: the "
            "paper holds none of it.",
            fields=(*shares, self._field("tolerance", "Tolerance", tolerance)),
        )

    def _outcomes(self) -> Group:
        return Group("outcomes", "Learning outcomes", LIMITS, spans=self._spans("outcomes"))

    def _exposure(self) -> Group:
        return Group(
            "exposure",
            "Exposure",
            "How items are kept from being seen too often.",
            picks=(self._picks("rule", "Rule", RULES),),
            fields=(
                self._field(
                    "target",
                    "Target (%)",
                    "For eligibility, of candidates: 25 or .25.",
                    needed=False,
                ),
                self._field("strength", "Strength", "For progressive: 0 to 5.", needed=False),
                self._field(
                    "size", "Number of best items", "For randomesque: 2 to 50.", needed=False
                ),
            ),
        )

    def _named(self) -> Group:
        return Group(
            "names",
            "Items by name",
            "",
            areas=(
                self._area("enemies", "Enemies", f"No paper has two items of a set. {ONE_SET}"),
                self._area("required", "On every paper", IDS),
                self._area("excluded", "On no paper", IDS),
            ),
        )

    def _totals(self) -> Group:
        spans = (
            self._span("words", "Words to read, on the whole paper"),
            self._span("seconds", "Expected time of the whole paper, in seconds"),
        )
        return Group("totals", "Reading and time", f"{LIMITS} 45 minutes are 2700.", spans=spans)

    def _folded(self, part: str, title: str, hint: str) -> Group:
        spans = self._spans(part)
        return Group(part, title, hint, spans=spans, is_folded=not _used(spans))

    def _stimuli(self) -> Group:
        spans = (
            self._span("stimuli-items", "Items of a stimulus that is used"),
            self._span("stimuli-sets", "Stimuli on a paper"),
        )
        hint = "Items that share a case come together. Leave all empty for no rule."
        return Group("stimuli", "Shared stimuli", hint, spans=spans, is_folded=not _used(spans))

    def _pretest(self) -> Group:
        slots = self._field(
            "pretest-slots", "Items on trial, on each paper", "1 to 20.", needed=False
        )
        items = self._area("pretest-items", "Chosen from", IDS)
        return Group(
            "pretest",
            "Items on trial",
            "Unscored items on top of the scored ones; candidates cannot tell them apart. Empty: "
            "none.",
            fields=(slots,),
            areas=(items,),
            is_folded=not any((slots.value, items.value, slots.error, items.error)),
        )

    def _field(self, name: str, label: str, hint: str = "", *, needed: bool = True) -> Field:
        value, error = self._typed.get(name, ""), self._wrong.get(name, "")
        return Field(name, label, hint, "number", value, error, is_required=needed)

    def _area(self, name: str, label: str, hint: str) -> Field:
        value, error = self._typed.get(name, ""), self._wrong.get(name, "")
        return Field(name, label, hint, "area", value, error, is_required=False)

    def _span(self, name: str, legend: str) -> Span:
        return Span(
            legend,
            self._field(least(name), "Least", needed=False),
            self._field(most(name), "Most", needed=False),
        )

    def _spans(self, part: str) -> tuple[Span, ...]:
        return tuple(
            self._span(name_of(RANGES[part], code), title)
            for code, title in self._offer.codes(part).items()
        )

    def _picks(self, name: str, legend: str, ways: Mapping[str, tuple[str, str]]) -> Picks:
        chosen = self._typed.get(name, "")
        return Picks(
            name,
            legend,
            self._wrong.get(name, ""),
            tuple(
                # The first has the name itself as its id: there a fault's link leads.
                Pick(key, name if at == 0 else f"{name}-{key}", words, hint, key == chosen)
                for at, (key, (words, hint)) in enumerate(ways.items())
            ),
        )


def _used(spans: tuple[Span, ...]) -> bool:
    return any(end.value or end.error for one in spans for end in (one.least, one.most))
