import pytest

from knowledge_base import KnowledgeBase
from tests.knowledge_base import shop


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    return KnowledgeBase(shop.entries(), semantic=False)
