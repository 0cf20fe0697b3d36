import csv, time
from collections import Counter
import sqlalchemy as sa
import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.wiring import Services
from tests.conftest import SHARED_DATA
from tests.fakes.books import Book


def test_ru(services: Services) -> None:
    folder = SHARED_DATA / "ru_two_crms"
    books = {}
    for side in "ab":
        book = books[side] = Book(services, side)
        rows = list(csv.DictReader(open(folder / f"accounts_{side}.csv")))
        for i in range(0, len(rows), 1000):
            book.save(
                Noun.COMPANY,
                *(
                    gate.Company(
                        r["id"],
                        r["name"],
                        inn=r["inn"] or None,
                        kpp=r["kpp"] or None,
                        phones=(r["phone"],) if r["phone"] else (),
                        website=r["site"] or None,
                    )
                    for r in rows[i : i + 1000]
                ),
            )
    t = time.time()
    print(flow.match(services).as_dict(), time.time() - t)
    M = {(r["a_id"], r["b_id"]) for r in csv.DictReader(open(folder / "account_matches.csv"))}
    with services.database.transaction() as s:
        got = {
            tuple(r)
            for r in s.execute(
                sa.text(
                    "select a.company_external_id, b.company_external_id from account_link a join account_link b using(account_id) where a.source_id=:a and b.source_id=:b"
                ),
                {"a": books["a"].source_id, "b": books["b"].source_id},
            )
        }
        got -= {("1", "1")}
        asks = {
            tuple(r)
            for r in s.execute(
                sa.text("select one_id, other_id from match_pair where answer='ask' or is_doubtful")
            )
        }
        print(Counter(s.scalars(sa.text("select answer from match_pair"))))
        print(
            "P",
            len(got & M) / len(got),
            "R",
            len(got & M) / len(M),
            "R with review",
            len((got | asks) & M) / len(M),
            len(asks),
        )
        print(s.execute(sa.text("select * from account_link where evidence<>'[]' limit 3")).all())
        print(s.execute(sa.text("select count(*), count(merged_into) from account")).all())
    for n in range(3):
        books["b"].save(Noun.COMPANY, gate.Company("b00001", f"Новое имя {n}"))
        with services.database.transaction() as s:
            s.execute(
                sa.text("insert into match_due values (:a,'b00001') on conflict do nothing"),
                {"a": books["b"].source_id},
            )
        t = time.time()
        print(flow.match(services).as_dict(), time.time() - t)
    t = time.time()
    print(flow.match(services, anew=True).as_dict(), time.time() - t)
