//! Where and as whom a command calls AWS, for which echo.

use aws::{Aws, CloudWatch, Environment, EventBridge, Iam, Kms, Rds, Route53, Ses};
use jiff::Timestamp;
use stages::ports::{Answer, Identity, Lookups};
use tag_state::facts::zone_of;
use tag_state::settings::{Approval, Found, Settings};

use crate::arguments::Global;
use crate::exit::{Exit, Failure};
use crate::print::Printer;
use crate::sources::{gather, usage};

/// The settings, and the clients.
pub struct Session {
    /// Of the echo.
    pub settings: Settings,
    /// The region that is called.
    pub region: String,
    /// Amazon RDS.
    pub rds: Rds,
    /// Amazon Route 53.
    pub dns: Route53,
    /// AWS KMS.
    pub macs: Kms,
    /// Amazon SES.
    pub mailer: Ses,
    /// Amazon EventBridge.
    pub announcer: EventBridge,
    /// Amazon CloudWatch.
    pub usage: CloudWatch,
    /// The rest.
    pub lookups: Aws,
    /// AWS IAM.
    pub roles: Iam,
    identity: Option<Answer<Identity>>,
}

impl Session {
    /// Reads the settings and makes the clients. AWS is asked only where the settings leave something open or demand a
    /// place: who is calling (`rdsecho.accountNumber`). `named` are the instances that the command names.
    ///
    /// # Errors
    /// Where the settings are wrong, or are for another place, or one of the instances cannot be this echo's.
    pub async fn open(global: &Global, printer: &Printer, named: &[&str]) -> Result<Session, Failure> {
        let mut session = Session::unchecked(global, printer).await?;
        session.demand_own_names(named)?;
        session.demand_the_place(printer).await?;
        Ok(session)
    }

    /// The same, for `check`, which finds out by itself what is wrong with the place.
    ///
    /// # Errors
    /// Where the settings are wrong.
    pub async fn unchecked(global: &Global, printer: &Printer) -> Result<Session, Failure> {
        let gathered = gather(global, options().as_deref())?;
        let places = gathered.places.join(", ");
        for note in &gathered.notes {
            printer.warning(note);
        }
        let Found { mut settings, warnings } = gathered.settings()?;
        for warning in &warnings {
            printer.warning(&warning.to_string());
        }
        let profile = global.profile.as_deref();
        let or_region = settings.region.as_deref();
        let environment =
            Environment::of_person(profile, global.region.as_deref(), or_region, global.endpoint_url.as_deref())
                .await
                .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
        printer.detail(&format!("settings of echo {} from {places}; region {}", settings.name, environment.region()));
        if settings.promote.key_id.is_none() && matches!(settings.promote.approval, Approval::Required { .. }) {
            // What template.yaml calls it.
            settings.promote.key_id = Some(format!("alias/rds-echo/{}", settings.name));
        }
        Ok(Session {
            region: environment.region().to_owned(),
            rds: Rds::new(&environment),
            dns: Route53::new(&environment),
            macs: Kms::new(&environment),
            usage: CloudWatch::new(&environment),
            mailer: Ses::new(&environment),
            announcer: EventBridge::new(&environment),
            lookups: Aws::new(&environment),
            roles: Iam::new(&environment),
            identity: None,
            settings,
        })
    }

    /// Who is calling; AWS is asked once.
    pub async fn identity(&mut self) -> &Answer<Identity> {
        if self.identity.is_none() {
            self.identity = Some(self.lookups.identity().await);
        }
        self.identity.get_or_insert_with(|| unreachable!("it was just set"))
    }

    /// Before AWS is asked anything: `rds-echo retire production` is a slip.
    fn demand_own_names(&self, named: &[&str]) -> Result<(), Failure> {
        let name = &self.settings.name;
        match named.iter().find(|named| name.edition(named).is_none()) {
            None => Ok(()),
            Some(stranger) => {
                let ours = format!("they are called {}-yyyy-MM-dd", name.as_str().to_lowercase());
                Err(Failure::new(Exit::Usage, format!("{stranger} is none of echo {name}'s instances: {ours}")))
            }
        }
    }

    async fn demand_the_place(&mut self, printer: &Printer) -> Result<(), Failure> {
        let demanded = self.settings.account_number.is_some();
        let mut account = String::new();
        if demanded || printer.is_verbose() {
            match self.identity().await.clone() {
                Ok(identity) => {
                    printer.detail(&format!("as {}", identity.arn));
                    account = identity.account;
                }
                Err(error) if demanded => return Err(error.into()),
                Err(error) => printer.detail(&error.to_string()),
            }
        }
        self.settings.check_place(&self.region, &account).map_err(|error| usage(&error))
    }

    /// The original had no setting for the zone, so that it is found where none is set.
    ///
    /// # Errors
    /// Where there is none, or it could be several.
    pub async fn find_the_zone(&mut self, printer: &Printer) -> Result<(), Failure> {
        if self.settings.promote.hosted_zone_id.is_some() {
            return Ok(());
        }
        let zones = self.lookups.zones().await?;
        let zone = zone_of(&self.settings.promote.cname, &zones).map_err(|why| {
            Failure::new(Exit::Usage, format!("rdsecho.promote.hostedZoneId is not set, and {why}: set it"))
        })?;
        printer.detail(&format!("{} is in the hosted zone {} ({})", self.settings.promote.cname, zone.id, zone.name));
        self.settings.promote.hosted_zone_id = Some(zone.id.clone());
        Ok(())
    }
}

/// The time now.
#[expect(clippy::disallowed_methods, reason = "this is the edge: a command reads the clock when it begins to act")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// `RDS_ECHO_OPTS`.
#[expect(clippy::disallowed_methods, reason = "this is the edge: the one place that reads the variable")]
pub fn options() -> Option<String> {
    std::env::var("RDS_ECHO_OPTS").ok()
}
