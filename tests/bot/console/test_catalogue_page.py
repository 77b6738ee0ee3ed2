"""The console's catalogue: managers change prices of their store, whoever sees all stores what a service is."""

import asyncio

from sqlalchemy import select

from storage.audit import Audit
from storage.catalogue import Price, Service
from storage.database import Database
from storage.stores import Store
from tests.bot.console.site import Site

_NAMES = {"name_en": "Small service", "name_zh-Hans": "小保养", "name_zh-Hant": "小保養"}
_MINOR = "/catalogue/minor_service"


def _service(database: Database) -> Service:
    with database.reading() as session:
        return session.scalars(select(Service).where(Service.code == "minor_service")).one()


def _prices(database: Database, store: str) -> set[tuple[int | None, int, str, str]]:
    with database.reading() as session:
        place = session.scalars(select(Store.id).where(Store.code == store)).one()
        rows = session.scalars(select(Price).where(Price.store_id == place, Price.service_id == _service(database).id))
        return {(row.model_id, row.amount, str(row.valid_from), str(row.valid_until)) for row in rows}


def test_what_a_service_is_changes_for_all_stores_at_once(url: str) -> None:
    database = Database(url)

    async def go() -> None:
        async with Site(url) as site:
            rui, max_, ann, wes = site.staff("rui"), site.staff("max"), site.staff("ann"), site.staff("wes")
            assert "minor_service" in (await max_.get("/catalogue")).text
            assert {(await one.get("/catalogue")).status for one in (ann, wes)} == {403}
            good = {**_NAMES, "minutes": "50", "model_minutes": "audi_a4=65", "at_km": "10,000, 20000 30000", "do": "service"}
            assert (await rui.post(_MINOR, **good)).status == 303
            row = _service(database)
            assert (row.names["en"], row.minutes, row.model_minutes) == ("Small service", 50, {"audi_a4": 65})
            assert row.at_km == [10_000, 20_000, 30_000]
            page = (await rui.get(_MINOR)).text
            assert 'value="10000, 20000, 30000"' in page
            assert "Small service" in (await max_.get("/catalogue")).text, "live for everybody"
            for wrong, said in (
                ({"name_en": ""}, "in each language"), ({"minutes": "0"}, "from 1 to"), ({"minutes": "long"}, ""),
                ({"model_minutes": "batmobile=5"}, "batmobile"), ({"at_km": "20k"}, "20k"),
            ):  # fmt: skip
                refused = await rui.post(_MINOR, **{**good, **wrong})
                assert refused.status == 422
                assert said in refused.text
            assert (await max_.post(_MINOR, **{**good, "minutes": "1"})).status == 422, "holds for the other store too"
            assert _service(database).minutes == 50
            assert (await rui.get("/catalogue/nothing")).status == 404

    asyncio.run(go())
    with database.reading() as session:
        entry = session.scalars(select(Audit).where(Audit.action == "catalogue.service")).one()
        assert entry.about == "service:minor_service"
        assert set(entry.details["changed"]) == {"names", "minutes", "model_minutes", "at_km"}
    database.close()


def test_prices_of_a_store_are_changed_ended_and_added(url: str) -> None:
    database = Database(url)
    with database.reading() as session:
        east = session.scalars(select(Store.id).where(Store.code == "east")).one()
        minor = _service(database).id
        old = session.scalars(select(Price).where(Price.store_id == east, Price.service_id == minor, Price.amount == 89900)).one()
    name = f"audi_a4.{old.valid_from}"

    async def go() -> None:
        async with Site(url) as site:
            max_ = site.staff("max")
            west = _prices(database, "west")
            here = {"store": "east", "do": "prices"}
            assert f'name="amount.{name}" value="899"' in (await max_.get(_MINOR, params={"store": "east"})).text
            changed = {f"amount.{name}": "919.50", f"until.{name}": "2099-12-31"}
            added = {"model": "", "amount": "1,000", "from": "2099-01-01"}
            assert (await max_.post(_MINOR, **here, **changed, **added)).status == 303
            assert (old.model_id, 91950, str(old.valid_from), "2099-12-31") in _prices(database, "east")
            assert (None, 100000, "2099-01-01", "None") in _prices(database, "east")
            kept = _prices(database, "east")
            for wrong, said in (
                (added, "already"), ({f"amount.{name}": ""}, "zero or more"), ({f"amount.{name}": "-1"}, "zero or more"),
                ({**changed, f"until.{name}": "2000-01-01"}, "before the first"), ({"amount": "much"}, ""),
            ):  # fmt: skip
                refused = await max_.post(_MINOR, **here, **wrong)
                assert refused.status == 422
                assert said in refused.text
            assert (await max_.post(_MINOR, store="west", do="prices", amount="1")).status == 404, "behind the wall"
            assert (_prices(database, "east"), _prices(database, "west")) == (kept, west)

    asyncio.run(go())
    database.close()
