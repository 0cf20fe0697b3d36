"""Exchange rates out of tables and out of the XML of the Bank of Russia."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors import rates, sheets

DAY = date(2026, 11, 28)
XML = """<?xml version="1.0" encoding="windows-1251"?>
<ValCurs Date="28.11.2026" name="Foreign Currency Market">
<Valute ID="R01235"><NumCode>840</NumCode><CharCode>USD</CharCode><Nominal>1</Nominal>
<Name>Доллар США</Name><Value>81,2543</Value></Valute>
<Valute ID="R01335"><CharCode>KZT</CharCode><Nominal>100</Nominal><Value>16,1234</Value></Valute>
</ValCurs>"""


def read(path: Path, content: str | bytes) -> list[rates.Rate | rates.Wrong]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(rates.read(path))


@pytest.mark.parametrize(
    "content",
    [
        XML.encode("cp1251"),
        "Дата;Валюта;Номинал;Курс\n28.11.2026;USD;1;81,2543\n28.11.2026;KZT;100;16,1234\n",
        "currency,rate,nominal,date\nUSD,81.2543,,2026-11-28\nKZT,16.1234,100,2026-11-28\n",
    ],
)
def test_a_unit_is_worth_the_rate_by_its_nominal(tmp_path: Path, content: str | bytes) -> None:
    found = [one for one in read(tmp_path / "rates", content) if isinstance(one, rates.Rate)]
    assert [(one.currency, one.on, one.rate) for one in found] == [
        ("USD", DAY, Decimal("81.2543")),
        ("KZT", DAY, Decimal("0.161234")),
    ]


def test_what_is_wrong_is_told_by_its_line(tmp_path: Path) -> None:
    found = read(
        tmp_path / "rates.csv",
        "date;currency;rate\n2026-11-28;USD;81\n2026-11-28;DOL;5\n2026-11-28;EUR;0\n;EUR;90\n"
        "2026-11-28;USD;82\n2026-11-28;USD;81\n2026-11-28;EUR;many\n",
    )
    assert [(type(one).__name__, one.line) for one in found] == [
        ("Rate", 2), ("Wrong", 3), ("Wrong", 4), ("Wrong", 5), ("Wrong", 6), ("Wrong", 8),
    ]  # fmt: skip


def test_xml_that_would_unfold_to_gigabytes_is_refused(tmp_path: Path) -> None:
    layers = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 11))
    declared = f'<!DOCTYPE ValCurs [<!ENTITY e0 "ha">{layers}]>'
    bomb = f"<?xml version='1.0'?>{declared}<ValCurs><Valute>&e10;</Valute></ValCurs>"
    with pytest.raises(sheets.BadSheet, match="declares a document type or entities"):
        read(tmp_path / "rates.xml", bomb)


@pytest.mark.parametrize(
    "content",
    [
        "<?xml version='1.0'?><a/>",
        "<?xml version='1.0'?><ValCurs>",
        "<?xml version='1.0' encoding='klingon'?><ValCurs/>",
        XML + "<!ENTITY",
    ],
)
def test_other_xml_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(sheets.BadSheet):
        read(tmp_path / "rates.xml", content)
