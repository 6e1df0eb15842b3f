//! Where AWS is called, and with whose credentials: what a Lambda function finds in its environment, or what a
//! person's AWS command line would use; and the SDK configuration made of it.
//!
//! For a function `aws_config::load_defaults` is not used: its chain looks at profiles and, where they give
//! nothing, asks the instance metadata service. In a Lambda the region and the credentials are always in the
//! environment, and nothing else needs to be asked.

use std::fmt;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_rds::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};

use crate::calls::Calls;
use crate::transport::{Bundle, UnreadableBundle, http_client};

/// An endpoint in the region answers a connect within milliseconds; one that needs three seconds is not
/// reachable at all (a function in a subnet without a route out), and each attempt would wait for it.
const CONNECT: Duration = Duration::from_secs(3);
/// One attempt with its answer. The slowest call that we make, a page of 100 instances, takes a second or two.
const ATTEMPT: Duration = Duration::from_secs(10);
/// All attempts of one operation. A function makes a handful of calls and has a minute or more, so that one
/// slow operation must not use up the time in which the invocation could still report what it did.
const OPERATION: Duration = Duration::from_secs(25);
/// The first and two more. A repeated call may have been applied the first time and only lost its answer:
/// then the retry meets its own effect (AlreadyExists, InvalidDBInstanceState, InvalidChangeBatch) and the
/// caller sees that instead of a success. The stages are built for it: each reads the truth again and
/// takes its own effect for success. Without retries every throttled call would cost a whole wake-up.
const ATTEMPTS: u32 = 3;

/// How long a caller waits for what it can go without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For all attempts of one operation.
    pub operation: Duration,
    /// For all lookups of one invocation together.
    pub lookups: Duration,
}

impl Patience {
    /// Of **new**, which looks at twenty things before it restores, most of them in other services than RDS: one that
    /// hangs (a VPC without a way to it) must not use up the minute that the function has for the restore.
    pub const BEFORE_A_RESTORE: Patience =
        Patience { operation: Duration::from_secs(4), lookups: Duration::from_secs(20) };
    /// The second attempt is for a call that was throttled.
    const ATTEMPTS: u32 = 2;
}

/// An AWS service that the functions call, by the name in its endpoint variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    CloudWatch,
    Ec2,
    EventBridge,
    Iam,
    Kms,
    Rds,
    Route53,
    SesV2,
    Sts,
}

impl Service {
    const ALL: [Service; 9] = [
        Service::CloudWatch,
        Service::Ec2,
        Service::EventBridge,
        Service::Iam,
        Service::Kms,
        Service::Rds,
        Service::Route53,
        Service::SesV2,
        Service::Sts,
    ];

    /// `AWS_ENDPOINT_URL_` and the service id in upper case with `_` for spaces, as all AWS SDKs spell it.
    const fn endpoint_variable(self) -> &'static str {
        match self {
            Service::CloudWatch => "AWS_ENDPOINT_URL_CLOUDWATCH",
            Service::Ec2 => "AWS_ENDPOINT_URL_EC2",
            Service::EventBridge => "AWS_ENDPOINT_URL_EVENTBRIDGE",
            Service::Iam => "AWS_ENDPOINT_URL_IAM",
            Service::Kms => "AWS_ENDPOINT_URL_KMS",
            Service::Rds => "AWS_ENDPOINT_URL_RDS",
            Service::Route53 => "AWS_ENDPOINT_URL_ROUTE_53",
            Service::SesV2 => "AWS_ENDPOINT_URL_SESV2",
            Service::Sts => "AWS_ENDPOINT_URL_STS",
        }
    }
}

/// The environment of a function or of a person: where it is, with whose credentials it calls, and its settings.
#[derive(Clone, Debug)]
pub struct Environment {
    sdk: SdkConfig,
    region: String,
    endpoints: Vec<(Service, String)>,
    options: String,
    calls: Calls,
    patience: Option<Patience>,
}

/// Why nothing can be called from an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Variables that a Lambda always has were missing or empty.
    Missing(Vec<&'static str>),
    /// Nothing says which region a person means.
    NoRegion,
    /// The certificates that were configured cannot be had.
    Bundle(UnreadableBundle),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Missing(names) => write!(f, "not set in the environment: {}", names.join(", ")),
            Unusable::NoRegion => f.write_str(
                "no region is known: say --region, or set rdsecho.region, AWS_REGION, or the profile's region",
            ),
            Unusable::Bundle(unreadable) => unreadable.fmt(f),
        }
    }
}

impl std::error::Error for Unusable {}

impl Environment {
    /// Reads this process's environment. Called once, by `main`.
    ///
    /// # Errors
    /// Names all variables that are missing, or the bundle that cannot be read.
    pub fn read() -> Result<Environment, Unusable> {
        Self::from_variables(in_this_process)
    }

    /// The environment that `variable` tells of; an empty variable counts as none.
    ///
    /// - `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`: needed; `AWS_SESSION_TOKEN` (a Lambda
    ///   always has it, other callers need not). They stay the same as long as the process lives: Lambda
    ///   starts new processes before a role's session ends.
    /// - `AWS_ENDPOINT_URL_RDS` (`_ROUTE_53`, `_SESV2`, `_KMS`, `_EVENTBRIDGE`), else `AWS_ENDPOINT_URL`:
    ///   where to call, for a local cloud or a VPC endpoint.
    /// - `AWS_CA_BUNDLE`, else `SSL_CERT_FILE`, else `SSL_CERT_DIR`: the only certificates to trust.
    /// - `RDS_ECHO_OPTS`: the settings.
    ///
    /// # Errors
    /// Names all variables that are missing, or the bundle that cannot be read.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Environment, Unusable> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let mut missing = Vec::new();
        let mut needed = |name: &'static str| {
            set(name).unwrap_or_else(|| {
                missing.push(name);
                String::new()
            })
        };
        let region = needed("AWS_REGION");
        let access_key = needed("AWS_ACCESS_KEY_ID");
        let secret_key = needed("AWS_SECRET_ACCESS_KEY");
        if !missing.is_empty() {
            return Err(Unusable::Missing(missing));
        }
        let bundle = Bundle::from_variables(set).map_err(Unusable::Bundle)?;
        let credentials = Credentials::new(access_key, secret_key, set("AWS_SESSION_TOKEN"), None, "environment");
        let everywhere = set("AWS_ENDPOINT_URL");
        let endpoints = Service::ALL
            .into_iter()
            .filter_map(|service| {
                let endpoint = set(service.endpoint_variable()).or_else(|| everywhere.clone())?;
                Some((service, endpoint))
            })
            .collect();
        Ok(Environment {
            sdk: sdk_config(region.clone(), credentials, http_client(bundle, CONNECT)),
            region,
            endpoints,
            options: variable("RDS_ECHO_OPTS").unwrap_or_default(),
            calls: Calls::default(),
            patience: None,
        })
    }

    /// The environment of a person, by AWS's default chain: variables, profiles, single sign-on, a container's or an
    /// instance's role. `profile`, `region` and `endpoint_url` win over what the chain finds; `or_region` is taken
    /// where it finds none. What certificates to trust is configured as for a function.
    ///
    /// # Errors
    /// Where no region is known, or a bundle cannot be read. Whether there are credentials shows at the first call.
    pub async fn of_person(
        profile: Option<&str>,
        region: Option<&str>,
        or_region: Option<&str>,
        endpoint_url: Option<&str>,
    ) -> Result<Environment, Unusable> {
        let bundle = Bundle::from_variables(in_this_process).map_err(Unusable::Bundle)?;
        let http_client = http_client(bundle, CONNECT);
        let chain = || {
            let loader = aws_config::defaults(behavior()).http_client(http_client.clone());
            match profile {
                Some(profile) => loader.profile_name(profile),
                None => loader,
            }
        };
        let region = match region {
            Some(region) => Some(Region::new(region.to_owned())),
            None => chain().load().await.region().cloned(),
        };
        let region = region.or_else(|| or_region.map(|region| Region::new(region.to_owned())));
        let region = region.ok_or(Unusable::NoRegion)?;
        let mut loader = chain()
            .region(region.clone())
            .timeout_config(timeouts())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Some(profile) = profile {
            // The chain takes keys in variables before a profile, also before one that was named: whoever has
            // production's keys exported and names another profile means that one.
            let place = ProviderConfig::without_region()
                .with_region(Some(region.clone()))
                .with_http_client(http_client.clone());
            let credentials = ProfileFileCredentialsProvider::builder().configure(&place).profile_name(profile).build();
            loader = loader.credentials_provider(credentials);
        }
        if let Some(endpoint_url) = endpoint_url {
            loader = loader.endpoint_url(endpoint_url);
        }
        let sdk = loader.load().await;
        let region = region.to_string();
        let (endpoints, options, calls) = (Vec::new(), String::new(), Calls::default());
        Ok(Environment { sdk, region, endpoints, options, calls, patience: None })
    }

    /// The same place for clients whose answers one can go without.
    pub fn with_patience(&self, patience: Patience) -> Environment {
        let timeouts = timeouts()
            .to_builder()
            .operation_attempt_timeout(patience.operation)
            .operation_timeout(patience.operation)
            .build();
        let retries = RetryConfig::standard().with_max_attempts(Patience::ATTEMPTS);
        let sdk = self.sdk.to_builder().timeout_config(timeouts).retry_config(retries).build();
        Environment { sdk, patience: Some(patience), ..self.clone() }
    }

    /// What [`with_patience`](Self::with_patience) has set.
    pub(crate) fn patience(&self) -> Option<Patience> {
        self.patience
    }

    /// The region that is called.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// `RDS_ECHO_OPTS`; empty where it is not set.
    pub fn options(&self) -> &str {
        &self.options
    }

    /// Where the calls of all clients are counted.
    pub(crate) fn calls(&self) -> Calls {
        self.calls.clone()
    }

    /// The SDK configuration for one service.
    ///
    /// An `SdkConfig` made by hand does not look at the endpoint variables (only aws-config's loader gives it
    /// something that does), so they were looked up above.
    pub(crate) fn sdk_config(&self, service: Service) -> SdkConfig {
        let Some((_, endpoint)) = self.endpoints.iter().find(|(of, _)| *of == service) else { return self.sdk.clone() };
        self.sdk.to_builder().endpoint_url(endpoint).build()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the edge: the one place that reads the environment")]
fn in_this_process(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.trim().is_empty())
}

/// Pinned, so that an update of the SDK changes no behaviour unasked.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build()
}

fn sdk_config(region: String, credentials: Credentials, http_client: SharedHttpClient) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(behavior())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client)
        .timeout_config(timeouts())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        // It measures throughput by the wall clock, which jumps when Lambda thaws a frozen process. Our
        // answers are small, and the attempt timeout, which goes by the monotonic clock, bounds them.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Result<Environment, Unusable> {
        Environment::from_variables(|name| {
            variables.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned())
        })
    }

    const LAMBDA: [(&str, &str); 3] =
        [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret")];

    #[test]
    fn all_missing_variables_are_named_at_once() {
        let error = environment(&[("AWS_REGION", " ")]).expect_err("nothing is set");
        assert_eq!(
            error.to_string(),
            "not set in the environment: AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
        );
    }

    #[test]
    fn a_services_own_endpoint_wins_over_the_general_one() {
        let mut variables = LAMBDA.to_vec();
        variables.extend([
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("AWS_ENDPOINT_URL_ROUTE_53", "http://127.0.0.1:2"),
            ("AWS_ENDPOINT_URL_SESV2", ""),
        ]);
        let environment = environment(&variables).expect("all is set");
        let url = |service| environment.sdk_config(service).endpoint_url().map(ToOwned::to_owned);
        assert_eq!(url(Service::Route53).as_deref(), Some("http://127.0.0.1:2"));
        assert_eq!(url(Service::SesV2).as_deref(), Some("http://127.0.0.1:1"), "empty counts as not set");
        assert_eq!(url(Service::Rds).as_deref(), Some("http://127.0.0.1:1"));
    }

    /// template.yaml gives each function 60 seconds.
    #[test]
    fn what_hangs_before_a_restore_leaves_the_time_for_it() {
        let Patience { operation, lookups } = Patience::BEFORE_A_RESTORE;
        assert!(operation < lookups && lookups + OPERATION < Duration::from_secs(60));
        let environment = environment(&LAMBDA).expect("all is set");
        let hurried = environment.with_patience(Patience::BEFORE_A_RESTORE).sdk_config(Service::SesV2);
        let of = |config: &SdkConfig| config.timeout_config().and_then(TimeoutConfig::operation_timeout);
        assert_eq!(of(&hurried), Some(operation));
        assert_eq!(of(&environment.sdk_config(Service::SesV2)), Some(OPERATION));
    }

    #[test]
    fn without_endpoint_variables_the_sdk_knows_where_to_call() {
        let environment = environment(&LAMBDA).expect("all is set");
        assert_eq!(environment.sdk_config(Service::Kms).endpoint_url(), None);
        assert_eq!(environment.region(), "eu-west-1");
        assert_eq!(environment.options(), "");
    }
}
