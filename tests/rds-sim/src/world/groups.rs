//! Parameter groups, option groups and subnet groups.

use std::collections::{BTreeMap, BTreeSet};

use tag_state::parameter::{Parameter, Parameters, Value};

use super::error::{ApiError, Code};
use super::{World, engine, identifier};

/// The VPC in which everything is where nothing else is said.
pub const DEFAULT_VPC: &str = "vpc-00000000";

/// What kind of group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupKind {
    /// A DB parameter group.
    Parameter,
    /// An option group.
    Option,
    /// A DB subnet group.
    Subnet,
}

/// A group, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// A DB parameter group.
    Parameter {
        /// `DBParameterGroupFamily`.
        family: String,
    },
    /// An option group.
    Option {
        /// `EngineName`.
        engine: String,
        /// `MajorEngineVersion`.
        major_version: String,
        /// `VpcId`: the only VPC whose instances can have it; where there is none, all can.
        vpc: Option<String>,
    },
    /// A DB subnet group.
    Subnet {
        /// `VpcId`.
        vpc: String,
        /// `SubnetGroupStatus`: `Complete`, or what is wrong.
        status: String,
        /// The zones of its subnets.
        zones: BTreeSet<String>,
    },
}

impl Group {
    fn kind(&self) -> GroupKind {
        match self {
            Group::Parameter { .. } => GroupKind::Parameter,
            Group::Option { .. } => GroupKind::Option,
            Group::Subnet { .. } => GroupKind::Subnet,
        }
    }
}

/// The groups that somebody made. The default ones are always there.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups(BTreeMap<(GroupKind, String), Group>);

impl World {
    /// Makes a group for what an instance is where nothing else is said.
    ///
    /// # Errors
    /// The name is taken, or no name.
    pub fn create_group(&mut self, kind: GroupKind, name: &str) -> Result<(), ApiError> {
        let (engine, version) = ("postgres", engine::engine("postgres").map_or("16", |engine| engine.version));
        let group = match kind {
            GroupKind::Parameter => Group::Parameter { family: engine::family(engine, version) },
            GroupKind::Option => Group::Option {
                engine: engine.to_owned(),
                major_version: engine::major_version(engine, version),
                vpc: None,
            },
            GroupKind::Subnet => self.subnet_group_in(DEFAULT_VPC),
        };
        self.plant_group(name, group)
    }

    /// A subnet group of a VPC, complete and in all zones.
    pub fn subnet_group_in(&self, vpc: &str) -> Group {
        Group::Subnet { vpc: vpc.to_owned(), status: "Complete".to_owned(), zones: self.zones() }
    }

    /// Refuses a parameter group family that no engine has.
    ///
    /// # Errors
    /// No engine has it.
    pub fn check_family(&self, family: &str) -> Result<(), ApiError> {
        if engine::of_default_parameter_group(&format!("default.{family}")).is_some() {
            return Ok(());
        }
        let message = format!("ParameterGroupFamily {family} is not a valid parameter group family");
        Err(ApiError::new(Code::InvalidParameterValue, message))
    }

    /// Makes a group.
    ///
    /// # Errors
    /// The name is taken, or no name.
    pub fn plant_group(&mut self, name: &str, group: Group) -> Result<(), ApiError> {
        identifier::check("group name", name, 255)?;
        let (kind, name) = (group.kind(), identifier::lower(name).into_owned());
        if name.starts_with("default") || self.groups.0.contains_key(&(kind, name.clone())) {
            let (code, word) = match kind {
                GroupKind::Parameter => (Code::DbParameterGroupAlreadyExists, "Parameter group"),
                GroupKind::Option => (Code::OptionGroupAlreadyExists, "An option group"),
                GroupKind::Subnet => (Code::DbSubnetGroupAlreadyExists, "The DB subnet group"),
            };
            return Err(ApiError::new(code, format!("{word} {name} already exists")));
        }
        self.groups.0.insert((kind, name), group);
        Ok(())
    }

    /// How many groups of a kind somebody made.
    pub(super) fn made_groups(&self, kind: GroupKind) -> usize {
        self.groups.0.keys().filter(|(of, _)| *of == kind).count()
    }

    /// DescribeDBParameterGroups, DescribeOptionGroups, DescribeDBSubnetGroups: one group, or all that were made and
    /// those that instances have, each with its name.
    ///
    /// # Errors
    /// There is no group of that name.
    pub fn describe_groups(&self, kind: GroupKind, named: Option<&str>) -> Result<Vec<(String, Group)>, ApiError> {
        if let Some(named) = named {
            let group = self.group(kind, named).ok_or_else(|| not_found(kind, named))?;
            return Ok(vec![(identifier::lower(named).into_owned(), group)]);
        }
        let parameter = parameter_of(kind);
        let in_use = self.instances.values().map(|instance| instance.text(parameter).to_owned());
        let made = self.groups.0.keys().filter(|(of, _)| *of == kind).map(|(_, name)| name.clone());
        let names: BTreeSet<String> = in_use.chain(made).collect();
        Ok(names.into_iter().filter_map(|name| self.group(kind, &name).map(|group| (name, group))).collect())
    }

    /// The group of that name, if there is one.
    pub(super) fn group(&self, kind: GroupKind, named: &str) -> Option<Group> {
        let name = identifier::lower(named).into_owned();
        if let Some(made) = self.groups.0.get(&(kind, name.clone())) {
            return Some(made.clone());
        }
        match kind {
            GroupKind::Parameter => {
                engine::of_default_parameter_group(&name).map(|family| Group::Parameter { family: family.to_owned() })
            }
            GroupKind::Option => engine::of_default_option_group(&name).map(|(engine, major_version)| Group::Option {
                engine: engine.to_owned(),
                major_version,
                vpc: None,
            }),
            GroupKind::Subnet => (name == "default").then(|| self.subnet_group_in(DEFAULT_VPC)),
        }
    }

    /// Refuses parameters that name a group which does not exist.
    pub(super) fn check_groups(&self, parameters: &Parameters) -> Result<(), ApiError> {
        for kind in [GroupKind::Parameter, GroupKind::Option, GroupKind::Subnet] {
            if let Some(Value::Text(name)) = parameters.get(&parameter_of(kind))
                && self.group(kind, name).is_none()
            {
                return Err(not_found(kind, name));
            }
        }
        Ok(())
    }
}

fn parameter_of(kind: GroupKind) -> Parameter {
    match kind {
        GroupKind::Parameter => Parameter::DbParameterGroupName,
        GroupKind::Option => Parameter::OptionGroupName,
        GroupKind::Subnet => Parameter::DbSubnetGroupName,
    }
}

fn not_found(kind: GroupKind, name: &str) -> ApiError {
    let (code, word) = match kind {
        GroupKind::Parameter => (Code::DbParameterGroupNotFound, "DBParameterGroup"),
        GroupKind::Option => (Code::OptionGroupNotFound, "OptionGroup"),
        GroupKind::Subnet => (Code::DbSubnetGroupNotFound, "DBSubnetGroup"),
    };
    ApiError::new(code, format!("{word} not found: {name}"))
}
