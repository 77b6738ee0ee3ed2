"""The shop as a worker keeps it in memory: stores, services and models. Prices are looked up when they are asked for."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from handlers.dialogue.memo import changes_with
from storage import catalogue, stores
from storage.catalogue import CarModel, Service
from storage.stores import Store


@dataclass(frozen=True, slots=True)
class Shop:
    """Rows that belong to no session any more: read them, never write them."""

    stores: list[Store]
    services: dict[str, Service]
    models: dict[str, CarModel]
    models_by_id: dict[int, CarModel]


@changes_with("stores", "catalogue")
def load(session: Session) -> Shop:
    # A session of its own: what belongs to a turn's session would expire when that turn is rolled back.
    with Session(session.connection(), expire_on_commit=False) as own:
        found = stores.all_stores(own)
        services = {service.code: service for service in catalogue.services(own)}
        models = {model.code: model for model in catalogue.models(own)}
        own.expunge_all()
    return Shop(found, services, models, {model.id: model for model in models.values()})
