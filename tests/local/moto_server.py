"""moto's server, with one answer of its own made honest: what can be ordered.

moto has recordings of that for Aurora, and says of every other engine that nothing can be: whoever asks before a
restore would never begin one. Here every class can be had, with the storage types that moto's instances have.
"""

from moto.core.responses import PaginatedResult
from moto.rds.responses import RDSResponse
from moto.server import main


def describe_orderable_db_instance_options(self):
    asked = {name: self.params.get(name) for name in ("Engine", "EngineVersion", "DBInstanceClass")}
    zones = [{"Name": f"{self.region}{zone}"} for zone in "abc"]
    always = {**asked, "AvailabilityZones": zones, "MultiAZCapable": True, "Vpc": True, "MinStorageSize": 5, "MaxStorageSize": 65536}
    return PaginatedResult({"OrderableDBInstanceOptions": [{**always, "StorageType": name} for name in ("gp2", "gp3", "standard")]})


RDSResponse.describe_orderable_db_instance_options = describe_orderable_db_instance_options

if __name__ == "__main__":
    main()
