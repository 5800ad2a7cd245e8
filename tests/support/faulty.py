"""A link that does to requests and replies what networks do, as a test plans it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from models.errors import CentreBusy, CentreDown, CentreSlow, CentreTrouble, LinkLost
from sync.messages import Receipt, Reply, read_receipt, read_receipts
from sync.parcel import take_apart
from tests.support.world import CENTRE


class Fault(Enum):
    """What happens to one request."""

    NONE = "all goes well"
    DROP_REQUEST = "the request never arrives"
    DROP_REPLY = "the reply is lost after the commit"
    SLOW_REPLY = "the reply comes after the sender gave up waiting"
    DUPLICATE = "the request arrives twice"
    CUT_REQUEST = "the line breaks in the middle of the request"
    CUT_REPLY = "half of the reply arrives and looks whole"
    BEND_REQUEST = "a byte of the request is changed on the way"
    LATER = "the request arrives much later, after others"
    NOW_AND_LATER = "the request arrives now, and once more much later"
    TROUBLE = "the centre fails before it has done anything"
    TROUBLE_AFTER = "the centre fails after it has done everything"


@dataclass
class FaultyLink:
    """A transport into ``answer`` with planned faults; when the plan is used up all goes well.

    Every receipt that the receiving end gave out is kept in ``receipts``, arrived or not.
    """

    answer: Callable[[str, bytes], Reply]
    plan: list[Fault] = field(default_factory=list)
    late: list[tuple[str, bytes]] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)

    def will(self, faults: Iterable[Fault]) -> FaultyLink:
        """The same link with a new plan."""
        self.plan = list(faults)
        return self

    def deliver_late(self, order: Callable[[list[tuple[str, bytes]]], None]) -> None:
        """What was on its way arrives now, in the order that ``order`` puts it into."""
        waiting, self.late = self.late, []
        order(waiting)
        for operation, body in waiting:
            self._arrive(operation, body)

    def post(self, operation: str, body: bytes) -> Reply:
        """Carries one request, as planned."""
        fault = self.plan.pop(0) if self.plan else Fault.NONE
        match fault:
            case Fault.DROP_REQUEST:
                raise CentreDown()
            case Fault.TROUBLE:
                raise CentreBusy(1.0)
            case Fault.LATER:
                self.late.append((operation, body))
                raise CentreSlow()
            case Fault.CUT_REQUEST:
                self._arrive(operation, body[: len(body) // 2])
                raise LinkLost()
            case Fault.BEND_REQUEST:
                middle = len(body) // 2
                bent = body[:middle] + bytes([body[middle] ^ 0x55]) + body[middle + 1 :]
                return self._arrive(operation, bent)
            case Fault.NOW_AND_LATER:
                self.late.append((operation, body))
            case Fault.DUPLICATE:
                self._arrive(operation, body)
        reply = self._arrive(operation, body)
        match fault:
            case Fault.DROP_REPLY:
                raise LinkLost()
            case Fault.SLOW_REPLY:
                raise CentreSlow()
            case Fault.TROUBLE_AFTER:
                raise CentreTrouble(status=500)
            case Fault.CUT_REPLY:
                return Reply(reply.status, reply.body[: len(reply.body) // 2])
        return reply

    def _arrive(self, operation: str, body: bytes) -> Reply:
        reply = self.answer(operation, body)
        if reply.status == 200:
            keys = {CENTRE.key_id: CENTRE.public_key}
            self.receipts += [read_receipt(one, keys) for one in _receipts(operation, reply.body)]
        return reply


def _receipts(operation: str, answer: bytes) -> Iterable[bytes]:
    match operation:
        case "hello" | "push":
            return [answer]
        case "heads":
            return read_receipts(answer)
        case "parcel":
            return [item.data for item in take_apart(answer).items]
    return []
