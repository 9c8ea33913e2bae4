"""What is kept: SQLAlchemy rows inside, frozen values outside, one unit of work at a time."""

from samenspraak.store.cipher import Cipher
from samenspraak.store.engine import open_engine
from samenspraak.store.schema import migrate
from samenspraak.store.unit_of_work import Store, UnitOfWork, Woken, WritingUnitOfWork

__all__ = ["Cipher", "Store", "UnitOfWork", "Woken", "WritingUnitOfWork", "migrate", "open_engine"]
