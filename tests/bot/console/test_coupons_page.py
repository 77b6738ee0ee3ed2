"""The console's coupons: an offer is made, a coupon given, checked, redeemed by typing, refunded; what is wrong is said."""

import asyncio
import re
from pathlib import Path

from handlers.dialogue.memo import Memo
from storage.database import Database
from tests.bot.console.site import Site, customer_of, hire
from tests.conftest import Templates


def test_from_the_offer_to_the_refund(templates: Templates, tmp_path: Path, sample_memo: Memo) -> None:
    url = templates.copy("sqlite", True, tmp_path)
    database = Database(url)
    hire(database)
    owner = customer_of(database, "east")
    database.close()
    new = {
        "code": "fifty", "name_en": "Fifty off", "name_zh-Hans": "减五十", "name_zh-Hant": "折五十", "kind": "amount",
        "amount": "50", "days": "30", "minimum": "100", "per_customer": "1", "issuer": "advisor",
    }  # fmt: skip

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            max_, ann, wes = site.staff("max"), site.staff("ann"), site.staff("wes")
            for wrong, said in (
                ({"amount": "-5"}, "more than nothing"),
                ({"kind": "percent", "percent": "-5"}, "1 to 100 percent"),
                ({"ends_on": "2026-11-01"}, "is over"),
                ({"name_zh-Hant": ""}, "three languages"),
            ):
                seen = await max_.post("/offers/new", **{**new, **wrong})
                assert seen.status == 422
                assert said in seen.text
                assert "Fifty off" in seen.text
            assert (await max_.post("/offers/new", **new)).status == 303
            assert "Fifty off" in (await ann.get("/offers")).text
            # Behind the wall of a store an offer holds there only.
            assert "Fifty off" not in (await wes.get("/offers")).text
            card = f"/customers/{site.token('customer', owner.id)}"
            assert (await ann.post(f"{card}/coupons", offer="fifty", reason="sorry")).status == 303
            page = (await ann.get(card)).text
            link = re.search(r"/console(/coupons/[\w-]+)", page)
            assert link
            found = re.search(r"<code class=\"big\">([0-9A-Z-]{14})</code>", (await ann.get(link[1])).text)
            assert found
            seen = await ann.post("/coupons", code=found[1].lower(), amount="80")
            assert "below what this coupon asks for (100.00 CNY)" in seen.text
            seen = await ann.post("/coupons", code=found[1].lower(), amount="120", do="look")
            assert "¥50 off" in seen.text
            assert owner.name in seen.text
            assert "does not hold in this store" in (await wes.post("/coupons", code=found[1], amount="120")).text
            assert (await ann.post("/coupons", code=found[1], amount="120", do="redeem")).status == 303
            assert "has been used" in (await ann.post("/coupons", code=found[1], amount="120", do="redeem")).text
            assert (await ann.post(f"{link[1]}/undo")).status == 403
            assert (await max_.post(f"{link[1]}/undo", note="refund")).status == 303
            history = (await ann.get(link[1])).text
            assert "Refunded" in history
            assert "-¥50" in history or "¥-50" in history or "-CN" in history
            assert (await ann.post("/coupons", code="K7QM", amount="1")).status == 422
            # AB5: who guesses is stopped, in the console and on Telegram together, and the log has it.
            for _ in range(20):
                assert (await ann.post("/coupons", code="K7QM-3XWP-9RTD", amount="1")).status == 303
            seen = await ann.post("/coupons", code=found[1], amount="120")
            assert (seen.status, "Too many codes" in seen.text) == (422, True)
            assert (await max_.post("/coupons", code=found[1], amount="120")).status == 200

    asyncio.run(go())
