"""A deterministic made-up company with its customers, as it stands at the start of a given day."""

from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from random import Random

from connectors.sandbox import buying, dealings, names
from connectors.sandbox.buying import Habit, Plan
from connectors.sandbox.entities import (
    LOST,
    WON,
    Company,
    Contact,
    Customer,
    Deal,
    Invoice,
    Note,
    Purchase,
    Task,
    Truth,
)
from connectors.sandbox.months import DAY, Months, midnight, moment, utc_today
from connectors.sandbox.staff import PIPELINES, owner, staff
from connectors.sandbox.vocabulary import GOODS, POSITIONS, RESULTS, SERVICES, TODO

FIRST_COMPANY = 6_000_001
_FIRST_CONTACT = 7_000_001
_FIRST_DEAL = 5_000_001
_FIRST_TASK = 8_000_001
_KEY_TAG = "ключевой клиент"


class MadeUpWorld:
    """Everything follows from seed, sizes and the month of `today`; the day only uncovers it.

    `deals` is the exact number begun in the 36 months before the month of `today`; the running
    month adds its own day by day. So the next day shows the same rows, honestly grown.
    """

    currency = "RUB"
    pipelines = PIPELINES
    loss_reasons = dealings.REASONS
    products = dealings.GOODS

    def __init__(
        self,
        *,
        seed: int = 7,
        size: int = 40,
        contacts: int | None = None,
        deals: int | None = None,
        today: date | None = None,
    ) -> None:
        if not 1 <= size <= names.MOST_COMPANIES:
            raise ValueError(f"size is 1 to {names.MOST_COMPANIES:,} companies, not {size:,}")
        if min(contacts or 0, deals or 0) < 0:
            raise ValueError("contacts and deals cannot be fewer than none")
        self.today = today or utc_today()
        self._seed, self._size = seed, size
        self._now = midnight(self.today)
        self._months = Months(self.today)
        self._paces = buying.paces(self._months)
        self._ranks = list(range(size))
        Random(f"{seed}:{size}:ranks").shuffle(self._ranks)
        self._changes = buying.changes(seed, size)
        weights = [(rank + 3) ** -0.9 for rank in self._ranks]
        self._deal_ends = _shares(size * 50 if deals is None else deals, weights)
        weights = [1 + 2 * (rank < size // 5) for rank in self._ranks]
        self._contact_ends = _shares(size * 5 // 2 if contacts is None else contacts, weights)
        self.users = staff(seed, size)
        asked = (("c", contacts), ("d", deals))
        extra = "".join(f"-{letter}{count}" for letter, count in asked if count is not None)
        self.slug = f"seed{seed}-{size}{extra}-{self.today:%Y%m}"

    def companies(self) -> Iterator[Company]:
        """All customers."""
        for index in range(self._size):
            yield self._company(index)

    def contacts(self) -> Iterator[Contact]:
        """All people at the customers."""
        for index in range(self._size):
            first, end = _span(self._contact_ends, index)
            dice = self._dice(index, "people")
            host = names.domain(index)
            for number in range(first, end):
                yield self._contact(index, number, host, dice)

    def deals(self) -> Iterator[Deal]:
        """All deals begun before the start of today."""
        for index, plan, number in self._plans(oldest=0):
            yield self._deal(index, plan, number)

    def tasks(self) -> Iterator[Task]:
        """Follow-ups of the deals that were open lately."""
        for index, plan, number in self._plans(oldest=buying.RECENT):
            yield from self._tasks(index, plan, number)

    def notes(self) -> Iterator[Note]:
        """Remarks and calls about the deals that were open lately."""
        for index, plan, number in self._plans(oldest=buying.RECENT):
            dice = Random(f"{self._seed}:{number}:notes")
            yield from dealings.notes(self._deal(index, plan, number), moment(self._now), dice)

    def customers(self) -> Iterator[Customer]:
        """The companies with the tag of a key client."""
        born = moment(self._months.beginning)
        for index in filter(self._is_key, range(self._size)):
            yield dealings.customer(self._company(index), born)

    def purchases(self) -> Iterator[Purchase]:
        """What key clients have bought in the latest months."""
        deals = (self._deal(*plan) for plan in self._late() if self._is_key(plan[0]))
        return dealings.purchases(deals)

    def invoices(self) -> Iterator[Invoice]:
        """The invoices of the latest months."""
        for index, plan, number in self._late():
            deal = self._deal(index, plan, number)
            found = dealings.invoice(deal, self._company(index)) if deal.invoice else None
            if found:
                yield found

    def truth(self) -> list[Truth]:
        """Which customers really changed, and since which month."""
        found = []
        for index, rank in enumerate(self._ranks):
            change = self._changes.get(rank)
            if change is not None:
                company, since = self._company(index), self._months.first_day(change.since)
                found.append(Truth(company.number, company.name, change.turn.value, since))
        return found

    def _is_key(self, index: int) -> bool:
        return self._ranks[index] < max(self._size // 5, 1)

    def _late(self) -> Iterator[tuple[int, Plan, int]]:
        return self._plans(oldest=dealings.LATELY)

    def _dice(self, index: int, about: str) -> Random:
        return Random(f"{self._seed}:{index}:{about}")

    def _company(self, index: int) -> Company:
        dice = self._dice(index, "company")
        called = names.company(index, dice)
        born = self._months.beginning - int(dice.random() * 400 * DAY)
        touched = born
        if dice.random() < 0.4:
            touched = born + int(dice.random() * (self._months.running - born))
        return Company(
            number=FIRST_COMPANY + index,
            name=called.name,
            inn=called.inn,
            kpp=called.kpp,
            phones=(names.office_phone(index, dice),) if dice.random() < 0.9 else (),
            emails=(f"info@{names.domain(index)}",) if dice.random() < 0.8 else (),
            tags=(_KEY_TAG,) if self._is_key(index) else (),
            owner=owner(self.users, index),
            created_at=moment(born),
            updated_at=moment(touched),
            address=str(self._place(index)),
        )

    def _place(self, index: int) -> names.Place:
        return names.place(self._dice(index, "place"))

    def _contact(self, index: int, number: int, host: str, dice: Random) -> Contact:
        who = names.person(dice)
        born = self._months.beginning - int(dice.random() * 60 * DAY)
        touched = born
        if dice.random() < 0.4:
            touched = born + int(dice.random() * (self._months.running - born))
        return Contact(
            number=_FIRST_CONTACT + number,
            name=dealings.odd_name(number, f"{who.first} {who.last}", every=100),
            first_name=who.first,
            last_name=who.last,
            position=dice.choice(POSITIONS) if dice.random() < 0.6 else None,
            phones=(names.mobile_phone(number, dice),) if dice.random() < 0.9 else (),
            emails=(f"{who.mailbox}@{host}",) if dice.random() < 0.8 else (),
            company=FIRST_COMPANY + index,
            owner=owner(self.users, index),
            created_at=moment(born),
            updated_at=moment(touched),
        )

    def _habit(self, index: int, dice: Random) -> Habit:
        rank = self._ranks[index]
        first, end = _span(self._deal_ends, index)
        size = (self._size / (rank + 2)) ** 0.35  # the first buy not only more often, but more
        return Habit(
            deals=end - first,
            price=max(60_000 * size * dice.lognormvariate(0, 0.4), 5_000),
            won=0.57 + 0.2 * dice.random(),
            service=0.1 + 0.3 * dice.random(),
            days=10 + 20 * dice.random(),
            change=self._changes.get(rank),
        )

    def _plans(self, oldest: int) -> Iterator[tuple[int, Plan, int]]:
        """What has begun since that month: whose it is, the plan and its number."""
        late: list[tuple[int, int, Plan]] = []
        for index in range(self._size):
            dice = self._dice(index, "deals")
            habit = self._habit(index, dice)
            pace = self._paces[habit.change]
            first = _FIRST_DEAL + _span(self._deal_ends, index)[0]
            late.extend(
                (plan.begins, index, plan)
                for plan in buying.running(habit, pace, self._months, dice)
                if plan.begins < self._now
            )
            for plan in buying.past(habit, pace, self._months, dice):
                if plan.month < oldest:
                    break
                yield index, plan, first + plan.place
        late.sort(key=lambda found: (found[0], found[1], found[2].place))
        newest = _FIRST_DEAL + self._deal_ends[-1]
        for number, (_, index, plan) in enumerate(late, newest):
            yield index, plan, number

    def _deal(self, index: int, plan: Plan, number: int) -> Deal:
        line = PIPELINES[plan.is_service]
        stage, touched = self._progress(plan)
        is_closed = plan.ends < self._now
        goods = SERVICES if plan.is_service else GOODS
        first, end = _span(self._contact_ends, index)
        people = () if first == end else (_FIRST_CONTACT + first + number % (end - first),)
        end = WON if plan.is_won else LOST
        stage_number = end if is_closed else line.stages[stage].number
        name = f"{goods[number * 31 % len(goods)]} № {number - _FIRST_DEAL + 1}"
        is_late = plan.month >= dealings.LATELY
        return Deal(
            number=number,
            name=dealings.odd_name(number, name, every=2_000),
            price=plan.price,
            pipeline=line.number,
            stage=stage_number,
            company=FIRST_COMPANY + index,
            contacts=people,
            owner=owner(self.users, index),
            created_at=moment(plan.begins),
            updated_at=moment(touched),
            closed_at=moment(plan.ends) if is_closed else None,
            loss_reason=dealings.loss_reason(number, stage_number),
            tags=dealings.tags(number),
            products=dealings.products(number),
            invoice=dealings.invoice_number(number, stage_number) if is_late else None,
        )

    def _progress(self, plan: Plan) -> tuple[int, int]:
        """Which open stage the deal has come to, and when it was last moved."""
        steps = len(PIPELINES[plan.is_service].stages) - 2
        length = plan.ends - plan.begins
        stage = min((self._now - 1 - plan.begins) * steps // length, steps - 1)
        if plan.ends < self._now:
            return stage, plan.ends
        return stage, plan.begins + length * stage // steps

    def _tasks(self, index: int, plan: Plan, number: int) -> Iterator[Task]:
        dice = Random(f"{self._seed}:{number}:task")
        for turn in range(2):
            born = plan.begins + (1 + 6 * turn) * DAY
            due = born + int((2 + 4 * dice.random()) * DAY)
            done = min(due + int((dice.random() - 0.7) * 2 * DAY), plan.ends)
            if dice.random() < 0.25:
                done = plan.ends  # forgotten until the deal was over
            text, result = dice.choice(TODO), dice.choice(RESULTS)
            if born >= min(self._now, plan.ends):
                return
            is_done = born < done < self._now
            yield Task(
                number=_FIRST_TASK + (number - _FIRST_DEAL) * 2 + turn,
                text=text,
                deal=number,
                owner=owner(self.users, index),
                created_at=moment(born),
                due_at=moment(due),
                done_at=moment(done) if is_done else None,
                result=result if is_done else None,
            )


def _shares(total: int, weights: list[float]) -> list[int]:
    """For each company the end of its share, so that all together are exactly `total`."""
    sums = list(accumulate(weights))
    return [round(total * part / sums[-1]) for part in sums]


def _span(ends: list[int], index: int) -> tuple[int, int]:
    return (ends[index - 1] if index else 0), ends[index]
