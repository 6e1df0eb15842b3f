//! Storage: its type, its size, how fast it is, and how far it grows.

use super::{Case, bad};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            good: "-Drdsecho.new.storageType=gp3",
            wrong: "-Drdsecho.new.storageType=gp9",
            ..bad("rdsecho.new.storageType", "RDS offers no gp9")
        },
        Case {
            good: "-Drdsecho.new.storageType=io1 -Drdsecho.new.allocatedStorage=200 -Drdsecho.new.iops=2000",
            wrong: "-Drdsecho.new.storageType=io1 -Drdsecho.new.allocatedStorage=200",
            ..bad("rdsecho.new.storageType", "set iops beside it")
        },
        Case {
            good: "-Drdsecho.new.allocatedStorage=1000",
            wrong: "-Drdsecho.new.allocatedStorage=5",
            ..bad("rdsecho.new.allocatedStorage", "less than the snapshot's")
        },
        Case {
            good: "-Drdsecho.new.allocatedStorage=1000 -Drdsecho.mod.allocatedStorage=1001",
            wrong: "-Drdsecho.new.allocatedStorage=1000 -Drdsecho.mod.allocatedStorage=999",
            ..bad("rdsecho.mod.allocatedStorage", "less than the restore's 1000")
        },
        Case {
            good: "-Drdsecho.new.allocatedStorage=1000",
            wrong: "-Drdsecho.new.allocatedStorage=100000",
            ..bad("rdsecho.new.allocatedStorage", "at most 65536")
        },
        Case {
            good: "-Drdsecho.new.storageType=gp3 -Drdsecho.new.allocatedStorage=1000 -Drdsecho.new.iops=12000",
            wrong: "-Drdsecho.new.storageType=gp3 -Drdsecho.new.allocatedStorage=1000 -Drdsecho.new.iops=100",
            ..bad("rdsecho.new.iops", "at least 12000")
        },
        Case {
            wrong: "-Drdsecho.new.storageType=gp2 -Drdsecho.new.iops=3000",
            ..bad("rdsecho.new.iops", "gp2 takes none")
        },
        Case {
            wrong: "-Drdsecho.new.storageType=gp2 -Drdsecho.new.storageThroughput=500",
            ..bad("rdsecho.new.storageThroughput", "gp2 takes none")
        },
        Case {
            good: "-Drdsecho.new.allocatedStorage=400 -Drdsecho.new.storageThroughput=4000",
            wrong: "-Drdsecho.new.allocatedStorage=400 -Drdsecho.new.storageThroughput=4001",
            ..bad("rdsecho.new.storageThroughput", "at most 4000")
        },
        Case {
            good: "-Drdsecho.new.storageType=io1 -Drdsecho.new.allocatedStorage=200 -Drdsecho.new.iops=10000",
            wrong: "-Drdsecho.new.storageType=io1 -Drdsecho.new.allocatedStorage=200 -Drdsecho.new.iops=10001",
            ..bad("rdsecho.new.iops", "10001 for 200 GiB are 50.0050 for each, and io1 has at most 50")
        },
        Case {
            good: "-Drdsecho.new.storageType=io1 -Drdsecho.new.allocatedStorage=4000 -Drdsecho.new.iops=2000",
            wrong: "-Drdsecho.new.storageType=io1 -Drdsecho.new.allocatedStorage=4001 -Drdsecho.new.iops=2000",
            ..bad("rdsecho.new.iops", "2000 for 4001 GiB are 0.4999 for each, and io1 has at least 0.5")
        },
        Case {
            good: "-Drdsecho.new.allocatedStorage=400 -Drdsecho.new.iops=12000 -Drdsecho.new.storageThroughput=3000",
            wrong: "-Drdsecho.new.allocatedStorage=400 -Drdsecho.new.iops=12000 -Drdsecho.new.storageThroughput=3001",
            ..bad("rdsecho.new.storageThroughput", "3001 for 12000 operations a second are 0.2501 for each")
        },
        Case {
            good: "-Drdsecho.mod.maxAllocatedStorage=110",
            wrong: "-Drdsecho.mod.maxAllocatedStorage=109",
            ..bad("rdsecho.mod.maxAllocatedStorage", "are not 110 % of the snapshot's 100: raise it to 110")
        },
        // The snapshot's, which the restore makes larger, and the modification again.
        Case {
            good: "-Drdsecho.mod.allocatedStorage=205 -Drdsecho.mod.maxAllocatedStorage=226",
            wrong: "-Drdsecho.mod.allocatedStorage=205 -Drdsecho.mod.maxAllocatedStorage=225",
            ..bad("rdsecho.mod.maxAllocatedStorage", "raise it to 226")
        },
        Case {
            good: "-Drdsecho.mod.maxAllocatedStorage=65536",
            wrong: "-Drdsecho.mod.maxAllocatedStorage=65537",
            ..bad("rdsecho.mod.maxAllocatedStorage", "gp3 has at most 65536 with db.t4g.medium: lower it")
        },
        Case {
            good: "-Drdsecho.mod.storageType=gp2 -Drdsecho.mod.maxAllocatedStorage=200",
            wrong: "-Drdsecho.mod.storageType=standard -Drdsecho.mod.maxAllocatedStorage=200",
            ..bad("rdsecho.mod.maxAllocatedStorage", "RDS has no storage autoscaling with db.t4g.medium and standard")
        },
        // Below 400 GiB RDS alone says what gp3 has: also where the snapshot brings the type along.
        Case {
            good: "-Drdsecho.new.allocatedStorage=400 -Drdsecho.new.iops=12000",
            wrong: "-Drdsecho.new.allocatedStorage=399 -Drdsecho.new.iops=12000",
            ..bad("rdsecho.new.iops", "none with gp3 for postgres below 400 GiB, and it has 399: leave it out")
        },
        Case {
            good: "-Drdsecho.mod.allocatedStorage=400 -Drdsecho.mod.storageThroughput=500",
            wrong: "-Drdsecho.mod.storageThroughput=500",
            ..bad(
                "rdsecho.mod.storageThroughput",
                "none with gp3 for postgres below 400 GiB, and it has 100: leave it out",
            )
        },
    ]
}
