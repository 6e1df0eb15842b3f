//! What RDS offers: engine versions, and which class, version and storage go together.

use std::collections::{BTreeMap, BTreeSet};

use super::describe::{Page, page};
use super::error::ApiError;
use super::{World, engine};

/// A storage type with the ranges in which an instance can have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Storage {
    /// `StorageType`.
    pub name: &'static str,
    /// Least and most GiB.
    pub size: (i64, i64),
    /// Least and most provisioned operations a second, where they can be said.
    pub iops: Option<(i64, i64)>,
    /// Least and most operations a second for each GiB.
    pub iops_per_gib: Option<(f64, f64)>,
    /// Least and most MiB/s, where they can be said.
    pub throughput: Option<(i64, i64)>,
    /// Least and most MiB/s for each operation a second.
    pub throughput_per_iops: Option<(f64, f64)>,
}

impl Storage {
    /// `SupportsStorageAutoscaling`.
    pub fn grows(&self) -> bool {
        self.name != "standard"
    }
}

const STORAGE: &[Storage] = &[
    PLAIN,
    Storage {
        name: "gp3",
        iops: Some((3000, 64_000)),
        iops_per_gib: Some((0.0, 500.0)),
        throughput: Some((125, 4000)),
        throughput_per_iops: Some((0.0, 0.25)),
        ..PLAIN
    },
    Storage { name: "io1", size: (100, 65_536), iops: Some((1000, 256_000)), iops_per_gib: Some((0.5, 50.0)), ..PLAIN },
    Storage {
        name: "io2",
        size: (100, 65_536),
        iops: Some((1000, 256_000)),
        iops_per_gib: Some((0.5, 1000.0)),
        ..PLAIN
    },
    Storage { name: "standard", size: (5, 3072), ..PLAIN },
];
const PLAIN: Storage = Storage {
    name: "gp2",
    size: (20, 65_536),
    iops: None,
    iops_per_gib: None,
    throughput: None,
    throughput_per_iops: None,
};

const SMALL: &[&str] = &["micro", "small", "medium", "large", "xlarge", "2xlarge"];
const LARGE: &[&str] = &["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];
const FAMILIES: &[(&str, &[&str])] = &[
    ("t3", SMALL),
    ("t4g", SMALL),
    ("m5", LARGE),
    ("m6g", LARGE),
    ("m7g", LARGE),
    ("r5", LARGE),
    ("r6g", LARGE),
    ("r7g", LARGE),
];

/// One `OrderableDBInstanceOption`.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// `Engine`.
    pub engine: String,
    /// `EngineVersion`.
    pub version: String,
    /// `LicenseModel`.
    pub license: &'static str,
    /// `DBInstanceClass`.
    pub class: String,
    /// `StorageType` and its ranges.
    pub storage: Storage,
    /// `AvailabilityZones`.
    pub zones: BTreeSet<String>,
    /// `MultiAZCapable`.
    pub multi_az: bool,
    /// `SupportsPerformanceInsights`.
    pub insights: bool,
}

/// One `DBEngineVersion`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineVersion {
    /// `Engine`.
    pub engine: String,
    /// `EngineVersion`.
    pub version: String,
    /// `MajorEngineVersion`.
    pub major: String,
    /// `DBParameterGroupFamily`.
    pub family: String,
    /// `ValidUpgradeTarget`.
    pub upgrades: Vec<Upgrade>,
}

/// One `UpgradeTarget`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// `EngineVersion`.
    pub version: String,
    /// `IsMajorVersionUpgrade`.
    pub is_major: bool,
}

/// What RDS does not offer (any more): that which fits all that is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withdrawal {
    /// Of this engine.
    pub engine: Option<String>,
    /// Of this version.
    pub version: Option<String>,
    /// Of this class.
    pub class: Option<String>,
    /// With this storage type.
    pub storage_type: Option<String>,
    /// In this zone.
    pub zone: Option<String>,
}

impl Withdrawal {
    fn covers_version(&self, engine: &str, version: &str) -> bool {
        self.class.is_none() && self.storage_type.is_none() && self.zone.is_none() && self.fits(engine, version)
    }

    fn fits(&self, engine: &str, version: &str) -> bool {
        fits(self.engine.as_deref(), engine) && fits(self.version.as_deref(), version)
    }

    fn covers(&self, offer: &Offer) -> bool {
        self.fits(&offer.engine, &offer.version)
            && fits(self.class.as_deref(), &offer.class)
            && fits(self.storage_type.as_deref(), offer.storage.name)
    }
}

fn fits(wanted: Option<&str>, is: &str) -> bool {
    wanted.is_none_or(|wanted| wanted == is)
}

/// DescribeOrderableDBInstanceOptions.
#[derive(Clone, Copy, Debug, Default)]
pub struct DescribeOffers<'a> {
    /// `Engine`.
    pub engine: &'a str,
    /// Of this version.
    pub version: Option<&'a str>,
    /// Of this class.
    pub class: Option<&'a str>,
    /// 20 to 100; 100 where it is not given.
    pub max_records: Option<i64>,
    /// The marker of the page before.
    pub marker: Option<&'a str>,
}

impl World {
    /// Lets RDS not offer that any more.
    pub fn withdraw(&mut self, withdrawal: Withdrawal) {
        self.withdrawn.push(withdrawal);
    }

    /// The zones of the region.
    pub fn zones(&self) -> BTreeSet<String> {
        ["a", "b", "c"].map(|zone| format!("{}{zone}", self.settings.region)).into()
    }

    /// DescribeDBEngineVersions: those of an engine, or one. Of an engine that it knows RDS offers here every version that
    /// somebody names, unless it was withdrawn: snapshots are as old as a test says.
    pub fn describe_engine_versions(&self, name: Option<&str>, version: Option<&str>) -> Vec<EngineVersion> {
        const PLAIN: &[&str] = &["db2-se", "mariadb", "mysql", "oracle-ee", "oracle-se2", "postgres", "sqlserver-se"];
        let names: Vec<&str> = name.map_or(PLAIN.to_vec(), |name| vec![name]);
        let mut found = Vec::new();
        for name in names {
            let Some(engine) = engine::engine(name) else { continue };
            let versions: Vec<&str> = version.map_or(engine.versions.to_vec(), |version| vec![version]);
            found.extend(versions.into_iter().filter(|version| self.offers_version(name, version)).map(|version| {
                EngineVersion {
                    engine: name.to_owned(),
                    version: version.to_owned(),
                    major: engine::major_version(name, version),
                    family: engine::family(name, version),
                    upgrades: self.upgrades(name, version),
                }
            }));
        }
        found
    }

    /// What a version can be upgraded to.
    pub(super) fn upgrades(&self, name: &str, version: &str) -> Vec<Upgrade> {
        let major = engine::major_version(name, version);
        let offered = engine::upgrades(name, version).filter(|target| self.offers_version(name, target));
        let upgrade = |target: &str| Upgrade {
            version: target.to_owned(),
            is_major: engine::major_version(name, target) != major,
        };
        offered.map(upgrade).collect()
    }

    fn offers_version(&self, engine: &str, version: &str) -> bool {
        version.starts_with(|first: char| first.is_ascii_digit())
            && !self.withdrawn.iter().any(|withdrawal| withdrawal.covers_version(engine, version))
    }

    /// What a restored instance has instead of a version: the newest of the same family that is still offered, where that
    /// one is not.
    pub(super) fn version_at_restore(&self, name: &str, version: &str) -> String {
        if self.offers_version(name, version) {
            return version.to_owned();
        }
        let family = engine::family(name, version);
        let all = self.describe_engine_versions(Some(name), None);
        let newest = all.into_iter().rfind(|one| one.family == family);
        newest.map_or_else(|| version.to_owned(), |one| one.version)
    }

    /// DescribeOrderableDBInstanceOptions.
    ///
    /// # Errors
    /// A page size out of range.
    pub fn describe_offers(&self, request: &DescribeOffers<'_>) -> Result<Page<Offer>, ApiError> {
        let offers: BTreeMap<String, Offer> = self
            .offers(request.engine, request.version, request.class)
            .into_iter()
            .map(|offer| (format!("{} {} {}", offer.version, offer.class, offer.storage.name), offer))
            .collect();
        page(offers.into_iter(), request.max_records, request.marker)
    }

    /// What can be ordered of an engine; of a version and a class where they are said.
    pub(super) fn offers(&self, name: &str, version: Option<&str>, class: Option<&str>) -> Vec<Offer> {
        let versions = self.describe_engine_versions(Some(name), version);
        let license = engine::engine(name).map_or("license-included", |engine| engine.license);
        let mut offers = Vec::new();
        for (family, sizes) in FAMILIES {
            for size in *sizes {
                let of_class = format!("db.{family}.{size}");
                if !fits(class, &of_class) {
                    continue;
                }
                for version in &versions {
                    offers.extend(STORAGE.iter().filter_map(|storage| {
                        let offer = Offer {
                            engine: name.to_owned(),
                            version: version.version.clone(),
                            license,
                            class: of_class.clone(),
                            storage: *storage,
                            zones: self.zones(),
                            // The small editions of SQL Server have none.
                            multi_az: !matches!(name, "sqlserver-ex" | "sqlserver-web"),
                            insights: !(matches!(name, "mysql" | "mariadb") && matches!(*size, "micro" | "small")),
                        };
                        self.without_withdrawn(offer)
                    }));
                }
            }
        }
        offers
    }

    fn without_withdrawn(&self, mut offer: Offer) -> Option<Offer> {
        let mut zones = std::mem::take(&mut offer.zones);
        for withdrawal in self.withdrawn.iter().filter(|withdrawal| withdrawal.covers(&offer)) {
            match &withdrawal.zone {
                Some(zone) => _ = zones.remove(zone),
                None => return None,
            }
        }
        offer.zones = zones;
        (!offer.zones.is_empty()).then_some(offer)
    }
}
