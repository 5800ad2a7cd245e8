"""The centre's tables on PostgreSQL, in a registry of their own (a device has tables so named too).

Times are ``bigint`` milliseconds since 1970 UTC. Personal values are bytes: ``*_hmac`` keyed
digests for look-up, ``*_enc`` AES-GCM (see ``server.personal``); the keys are not in the database.
Every table that grows with deliveries has a primary key that begins with its shard key (device,
household or point) and no foreign key, so that it can be partitioned or spread over nodes as it is,
and so that a fact is never refused because a row elsewhere is missing.
"""

from __future__ import annotations

from server.tables.base import CentreTable, table
from server.tables.blobs import Blob, BlobData, BlobNamed
from server.tables.catalogue import (
    Agregator,
    Boundary,
    Kolaborator,
    Package,
    Point,
    Programme,
    Stage,
    Volunteer,
    VolunteerPoint,
)
from server.tables.changes import (
    AuditLog,
    CentreKey,
    ChangeKind,
    CityGathered,
    PointChange,
    PointCounter,
)
from server.tables.devices import (
    Checkpoint,
    Device,
    DevicePoint,
    EnrolCode,
    Fact,
    Feed,
    FeedBranch,
    ShelvedFrame,
    ToldHead,
    VoidAhead,
)
from server.tables.happened import (
    Complaint,
    ComplaintAnswer,
    DailyFigure,
    Handover,
    Need,
    PackageNeed,
    PointFigure,
    Review,
    ReviewKind,
    StockMove,
    WebComplaint,
)
from server.tables.households import Entitlement, Household, HouseholdMerge, KKAlias, Slip
from server.tables.office import Account, AccountCode, OfficeSession
from server.tables.papers import PaperKept
from server.tables.pledges import Allocation, Pledge, PledgeStep
from server.tables.rosters import RosterHeading, RosterUpload
from server.tables.targets import Target, TargetNeed

__all__ = [
    "Account",
    "AccountCode",
    "Agregator",
    "Allocation",
    "AuditLog",
    "Blob",
    "BlobData",
    "BlobNamed",
    "Boundary",
    "CentreKey",
    "CentreTable",
    "ChangeKind",
    "Checkpoint",
    "CityGathered",
    "Complaint",
    "ComplaintAnswer",
    "DailyFigure",
    "Device",
    "DevicePoint",
    "EnrolCode",
    "Entitlement",
    "Fact",
    "Feed",
    "FeedBranch",
    "Handover",
    "Household",
    "HouseholdMerge",
    "KKAlias",
    "Kolaborator",
    "Need",
    "OfficeSession",
    "Package",
    "PackageNeed",
    "PaperKept",
    "Pledge",
    "PledgeStep",
    "Point",
    "PointChange",
    "PointCounter",
    "PointFigure",
    "Programme",
    "Review",
    "ReviewKind",
    "RosterHeading",
    "RosterUpload",
    "ShelvedFrame",
    "Slip",
    "Stage",
    "StockMove",
    "Target",
    "TargetNeed",
    "ToldHead",
    "VoidAhead",
    "Volunteer",
    "VolunteerPoint",
    "WebComplaint",
    "table",
]
