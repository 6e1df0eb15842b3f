//! The operations of the API, counted, and the faults that can be planted on them.

use std::collections::BTreeMap;

use crate::world::error::{ApiError, Code};

macro_rules! operations {
    ($($name:ident $wire:literal;)*) => {
        /// An operation of the RDS API that this world carries out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each is the API's own operation of that name")]
        pub enum Operation { $($name),* }

        impl Operation {
            /// All of them, by name.
            pub const ALL: &'static [Operation] = &[$(Operation::$name),*];

            /// Its name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Operation::$name => $wire),* }
            }
        }
    };
}

operations! {
    AddTagsToResource "AddTagsToResource";
    CreateDbInstance "CreateDBInstance";
    CreateDbParameterGroup "CreateDBParameterGroup";
    CreateDbSnapshot "CreateDBSnapshot";
    CreateDbSubnetGroup "CreateDBSubnetGroup";
    CreateOptionGroup "CreateOptionGroup";
    DeleteDbInstance "DeleteDBInstance";
    DeleteDbSnapshot "DeleteDBSnapshot";
    DescribeAccountAttributes "DescribeAccountAttributes";
    DescribeDbEngineVersions "DescribeDBEngineVersions";
    DescribeDbInstances "DescribeDBInstances";
    DescribeDbParameterGroups "DescribeDBParameterGroups";
    DescribeDbSnapshots "DescribeDBSnapshots";
    DescribeDbSubnetGroups "DescribeDBSubnetGroups";
    DescribeEvents "DescribeEvents";
    DescribeOptionGroups "DescribeOptionGroups";
    DescribeOrderableDbInstanceOptions "DescribeOrderableDBInstanceOptions";
    ListTagsForResource "ListTagsForResource";
    ModifyDbInstance "ModifyDBInstance";
    RebootDbInstance "RebootDBInstance";
    RemoveTagsFromResource "RemoveTagsFromResource";
    RestoreDbInstanceFromDbSnapshot "RestoreDBInstanceFromDBSnapshot";
}

impl Operation {
    /// The operation of that name on the wire.
    pub fn by_name(name: &str) -> Option<Operation> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }
}

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Refused with this code before anything is applied.
    Refuse(String),
    /// Applied, and the answer is lost.
    LostAnswer,
    /// Refused with `Throttling`, "Rate exceeded", before anything is applied.
    Throttle,
}

/// A fault planted on the next calls of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The operation.
    pub operation: Operation,
    /// What goes wrong.
    pub kind: FaultKind,
    /// How many calls it befalls.
    pub times: u64,
}

/// How a call goes on after it has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It is carried out and answered.
    Served,
    /// It is refused, and nothing is applied.
    Refused(ApiError),
    /// It is carried out, and the caller never hears of it.
    AnswerLost,
}

/// The calls so far, and the faults that wait for more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Desk {
    counts: [u64; Operation::ALL.len()],
    faults: Vec<Fault>,
}

impl Desk {
    pub(crate) fn arrive(&mut self, operation: Operation) -> Arrival {
        self.counts[operation as usize] += 1;
        let Some(place) = self.faults.iter().position(|fault| fault.operation == operation) else {
            return Arrival::Served;
        };
        let fault = &mut self.faults[place];
        let arrival = match &fault.kind {
            FaultKind::Refuse(code) => Arrival::Refused(ApiError::planted(code)),
            FaultKind::LostAnswer => Arrival::AnswerLost,
            FaultKind::Throttle => Arrival::Refused(ApiError::new(Code::Throttling, "Rate exceeded")),
        };
        fault.times -= 1;
        if fault.times == 0 {
            self.faults.remove(place);
        }
        arrival
    }

    pub(crate) fn plant(&mut self, fault: Fault) {
        if fault.times > 0 {
            self.faults.push(fault);
        }
    }

    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        let counted = |operation: &Operation| (operation.name(), self.counts[*operation as usize]);
        Operation::ALL.iter().map(counted).filter(|(_, count)| *count > 0).collect()
    }
}
