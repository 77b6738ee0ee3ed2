"""The console's costs: filled in by managers behind their store's wall, and nobody else sees them."""

import asyncio

from sqlalchemy import select

from storage.catalogue import Price, Service
from storage.database import Database
from storage.stores import Store
from tests.bot.console.site import Site


def _on_file(database: Database, store: str) -> tuple[dict[int, int | None], int | None]:
    with database.reading() as session:
        place = session.scalars(select(Store).where(Store.code == store)).one()
        return {row.id: row.cost for row in session.scalars(select(Price).where(Price.store_id == place.id))}, place.margin


def test_costs_and_the_margin_of_a_store(url: str) -> None:
    database = Database(url)
    with database.reading() as session:
        east = session.scalars(select(Store.id).where(Store.code == "east")).one()
        minor = session.scalars(select(Service).where(Service.code == "minor_service")).one()
        price = session.scalars(
            select(Price).where(Price.store_id == east, Price.service_id == minor.id, Price.amount == 89900)
        ).one()
    name = f"cost.audi_a4.{price.valid_from}"
    here = {"store": "east", "service": "minor_service"}

    async def go() -> None:
        async with Site(url) as site:
            max_, ann, wes = site.staff("max"), site.staff("ann"), site.staff("wes")
            page = (await max_.get("/prices", params=here)).text
            assert name in page
            assert "cost.audi_a4.2025-01-01" not in page  # over
            assert "0 of the " in page
            west = _on_file(database, "west")
            saved = await max_.post("/prices", margin="35", **here, **{name: "410.50"})
            assert saved.status == 303
            costs, margin = _on_file(database, "east")
            assert (costs[price.id], margin) == (41050, 35)
            assert sum(cost is not None for cost in costs.values()) == 1
            page = (await max_.get("/prices", params=here)).text
            assert 'value="410.50"' in page
            assert 'value="35"' in page
            for wrong, said in (({name: "-3"}, "zero or more"), ({"margin": "120"}, "from 0 to 100"), ({name: "much"}, "")):
                refused = await max_.post("/prices", **{"margin": "35", **here, **wrong})
                assert refused.status == 422
                assert said in refused.text
            assert _on_file(database, "east") == (costs, margin)
            # Emptied again: unknown, not nothing.
            assert (await max_.post("/prices", margin="", **here, **{name: ""})).status == 303
            assert _on_file(database, "east")[0][price.id] is None
            assert (await max_.post("/prices", margin="1", store="west", service="minor_service")).status == 404
            assert _on_file(database, "west") == west
            assert {(await one.get("/prices")).status for one in (ann, wes)} == {403}

    asyncio.run(go())
    database.close()
