//! Parameter groups, option groups and subnet groups, as far as it matters that they exist.

use std::collections::BTreeSet;

use tag_state::parameter::{Parameter, Parameters, Value};

use super::World;
use super::error::{ApiError, Code};
use super::identifier;

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

/// The groups that somebody made. Those whose names begin with `default` are always there.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups(BTreeSet<(GroupKind, String)>);

impl World {
    /// Makes a group.
    ///
    /// # Errors
    /// The name is taken, or no name.
    pub fn create_group(&mut self, kind: GroupKind, name: &str) -> Result<(), ApiError> {
        identifier::check("group name", name, 255)?;
        let name = identifier::lower(name).into_owned();
        if name.starts_with("default") || !self.groups.0.insert((kind, name.clone())) {
            let (code, word) = match kind {
                GroupKind::Parameter => (Code::DbParameterGroupAlreadyExists, "Parameter group"),
                GroupKind::Option => (Code::OptionGroupAlreadyExists, "An option group"),
                GroupKind::Subnet => (Code::DbSubnetGroupAlreadyExists, "The DB subnet group"),
            };
            return Err(ApiError::new(code, format!("{word} {name} already exists")));
        }
        Ok(())
    }

    fn has_group(&self, kind: GroupKind, name: &str) -> bool {
        let name = identifier::lower(name).into_owned();
        name.starts_with("default") || self.groups.0.contains(&(kind, name))
    }

    /// Refuses parameters that name a group which does not exist.
    pub(super) fn check_groups(&self, parameters: &Parameters) -> Result<(), ApiError> {
        let named = [
            (Parameter::DbParameterGroupName, GroupKind::Parameter, Code::DbParameterGroupNotFound, "DBParameterGroup"),
            (Parameter::OptionGroupName, GroupKind::Option, Code::OptionGroupNotFound, "OptionGroup"),
            (Parameter::DbSubnetGroupName, GroupKind::Subnet, Code::DbSubnetGroupNotFound, "DBSubnetGroup"),
        ];
        for (parameter, kind, code, word) in named {
            if let Some(Value::Text(name)) = parameters.get(&parameter)
                && !self.has_group(kind, name)
            {
                return Err(ApiError::new(code, format!("{word} not found: {name}")));
            }
        }
        Ok(())
    }
}
