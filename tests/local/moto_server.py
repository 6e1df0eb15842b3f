"""moto's server, with two answers that would let nobody begin a restore who looks before.

moto has recordings of what can be ordered for Aurora, and says of every other engine that nothing can be. Here every
class can be had, with the storage types that moto's instances have. And it verifies a sender for the first version of SES
only: here an identity that was made is verified for the second one too.
"""

import json

from moto.core.responses import PaginatedResult
from moto.rds.responses import RDSResponse
from moto.server import main
from moto.sesv2.responses import SESV2Response


def describe_orderable_db_instance_options(self):
    asked = {name: self.params.get(name) for name in ("Engine", "EngineVersion", "DBInstanceClass")}
    zones = [{"Name": f"{self.region}{zone}"} for zone in "abc"]
    always = {**asked, "AvailabilityZones": zones, "MultiAZCapable": True, "Vpc": True, "MinStorageSize": 5, "MaxStorageSize": 65536}
    return PaginatedResult({"OrderableDBInstanceOptions": [{**always, "StorageType": name} for name in ("gp2", "gp3", "standard")]})


def get_email_identity(self, theirs=SESV2Response.get_email_identity):
    return json.dumps({**json.loads(theirs(self)), "VerifiedForSendingStatus": True})


SESV2Response.get_email_identity = get_email_identity
RDSResponse.describe_orderable_db_instance_options = describe_orderable_db_instance_options

if __name__ == "__main__":
    main()
