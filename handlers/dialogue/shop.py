"""The shop as a worker keeps it in memory: stores, services, models and prices."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from handlers.dialogue.memo import changes_with
from storage import catalogue, stores, technicians
from storage.catalogue import CarModel, PriceOnFile, Service
from storage.stores import Store
from storage.technicians import Closure


@dataclass(frozen=True, slots=True)
class Shop:
    """Rows that belong to no session any more: read them, never write them."""

    stores: list[Store]
    services: dict[str, Service]
    models: dict[str, CarModel]
    models_by_id: dict[int, CarModel]
    closures: list[Closure]
    _prices: dict[tuple[int, int], list[PriceOnFile]]

    def store(self, code: str) -> Store | None:
        return next((store for store in self.stores if store.code == code), None)

    def prices_on(self, day: date, store: Store, service: Service) -> list[PriceOnFile]:
        """The prices of a service in a store that hold on `day` (a day of the store), the newest first."""
        return [price for price in self._prices.get((store.id, service.id), ()) if price.holds_on(day)]


@changes_with("stores", "catalogue")
def load(session: Session) -> Shop:
    # A session of its own: what belongs to a turn's session would expire when that turn is rolled back.
    with Session(session.connection(), expire_on_commit=False) as own:
        found = stores.all_stores(own)
        services = {service.code: service for service in catalogue.services(own)}
        models = {model.code: model for model in catalogue.models(own)}
        prices: dict[tuple[int, int], list[PriceOnFile]] = {}
        for price in catalogue.prices(own):
            prices.setdefault((price.store_id, price.service_id), []).append(price)
        closures = technicians.closures(own)
        own.expunge_all()
    by_id = {model.id: model for model in models.values()}
    return Shop(found, services, models, by_id, closures, prices)
