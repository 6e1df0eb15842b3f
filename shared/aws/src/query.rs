//! The AWS Query protocol (a form in, XML out) for the few calls to services whose SDK crates weigh more than all the
//! rest: EC2's and IAM's take minutes to compile, and CloudWatch's brings a second HTTP library.
//!
//! Signature, retries, timeouts and transport are the SDK's own, as for every other client.

use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{HttpSignatureType, SigV4OperationSigningConfig};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sdk_rds::config::http::{HttpRequest, HttpResponse};
use aws_sdk_rds::error::ErrorMetadata;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_types::region::{Region, SigningRegion};
use aws_types::service_config::ServiceConfigKey;
use aws_types::{SdkConfig, SigningName};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use stages::ports::Answer;

use crate::environment::{Environment, Service};
use crate::errors::{call_error, not_asked};

/// A client of one service that speaks the Query protocol.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    environment: Environment,
    service: Service,
    version: &'static str,
}

impl Query {
    /// A client of that service's API version, such as `2016-11-15` of EC2. Making one costs nothing.
    pub(crate) fn new(environment: &Environment, service: Service, version: &'static str) -> Query {
        Query { environment: environment.clone(), service, version }
    }

    /// One call; `subject` is whom or what it is about, for the error. The answer is its root element.
    pub(crate) async fn call(
        &self,
        operation: &'static str,
        subject: &str,
        parameters: &[(String, String)],
    ) -> Answer<Element> {
        let sdk = self.environment.sdk_config(self.service);
        let (Some(http_client), Some(credentials)) = (sdk.http_client(), sdk.credentials_provider()) else {
            return Err(not_asked(operation, subject, "there are no credentials: log in".to_owned()));
        };
        let place = Place::of(self.service, self.environment.region());
        let endpoint = configured_endpoint(&sdk, place.name).unwrap_or_else(|| place.endpoint.clone());
        let mut config = Layer::new("query");
        config.store_put(AuthSchemeOptionResolverParams::new(()));
        config.store_put(SigningRegion::from(Region::new(place.signing_region.clone())));
        config.store_put(SigningName::from_static(place.signing_name));
        let mut signing = SigV4OperationSigningConfig::default();
        signing.signing_options.signature_type = HttpSignatureType::HttpRequestHeaders;
        config.store_put(signing);
        let components = RuntimeComponentsBuilder::new("query")
            .with_auth_scheme(SigV4AuthScheme::new())
            .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
            .with_identity_cache(Some(IdentityCache::no_cache()))
            .with_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
        let mut call = Operation::builder()
            .service_name(place.name)
            .operation_name(operation)
            .http_client(http_client)
            .endpoint_url(&endpoint)
            .interceptor(self.environment.calls())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
            .retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
            .runtime_plugin(StaticRuntimePlugin::new().with_config(config.freeze()).with_runtime_components(components))
            .serializer(request)
            .deserializer(answer);
        if let Some(behavior) = sdk.behavior_version() {
            call = call.behavior_version(behavior);
        }
        if let Some(retries) = sdk.retry_config() {
            call = call.standard_retry(retries);
        }
        if let Some(timeouts) = sdk.timeout_config() {
            call = call.timeout_config(timeouts.clone());
        }
        if let Some(sleep) = sdk.sleep_impl() {
            call = call.sleep_impl(sleep);
        }
        let action = [("Action", operation), ("Version", self.version)];
        let action = action.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        let form: Vec<(String, String)> = action.chain(parameters.iter().cloned()).collect();
        call.build().invoke(form).await.map_err(|error| call_error(operation, subject, &error))
    }
}

/// Where a service is called, and how its requests are signed.
struct Place {
    name: &'static str,
    endpoint: String,
    signing_name: &'static str,
    signing_region: String,
}

impl Place {
    /// AWS General Reference, "Service endpoints and quotas".
    fn of(service: Service, region: &str) -> Place {
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let regional = |name, host: &str, signing_name| Place {
            name,
            endpoint: format!("https://{host}.{region}.{suffix}"),
            signing_name,
            signing_region: region.to_owned(),
        };
        match service {
            Service::CloudWatch => regional("CloudWatch", "monitoring", "monitoring"),
            Service::Ec2 => regional("EC2", "ec2", "ec2"),
            // One for the whole partition.
            Service::Iam => {
                let (host, home) = match region.split('-').next() {
                    Some("cn") => ("iam.cn-north-1", "cn-north-1"),
                    _ if region.starts_with("us-gov-") => ("iam.us-gov", "us-gov-west-1"),
                    _ => ("iam", "us-east-1"),
                };
                let endpoint = format!("https://{host}.{suffix}");
                Place { name: "IAM", endpoint, signing_name: "iam", signing_region: home.to_owned() }
            }
            Service::EventBridge | Service::Kms | Service::Rds | Service::Route53 | Service::SesV2 | Service::Sts => {
                unreachable!("it has a client of its own")
            }
        }
    }
}

/// Where a person's configuration has the service, as the SDK's own clients look it up: what was said for all services
/// on the command line, else the service's own (`AWS_ENDPOINT_URL_IAM`), else the one for all.
fn configured_endpoint(sdk: &SdkConfig, service: &str) -> Option<String> {
    let own = || {
        let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
        sdk.service_config()?.load_config(key.build().ok()?)
    };
    let said = sdk.get_origin("endpoint_url").is_client_config();
    (if said { None } else { own() }).or_else(|| sdk.endpoint_url().map(str::to_owned))
}

fn request(form: Vec<(String, String)>) -> Result<HttpRequest, aws_smithy_runtime_api::box_error::BoxError> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    let mut request = HttpRequest::new(SdkBody::from(body.finish()));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
    Ok(request)
}

fn answer(response: &HttpResponse) -> Result<Element, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    let root = std::str::from_utf8(body)
        .map_err(OrchestratorError::other)
        .and_then(|text| Element::read(text).map_err(OrchestratorError::other));
    if response.status().is_success() {
        return root;
    }
    let mut error = ErrorMetadata::builder();
    if let Some(told) = root.ok().as_ref().and_then(|root| root.find("Error")) {
        error = error.code(told.text_of("Code")).message(told.text_of("Message"));
    }
    Err(OrchestratorError::operation(error.build()))
}

/// An element of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// Its name, without a namespace's prefix.
    pub(crate) name: String,
    /// Its text; empty where it has elements.
    pub(crate) text: String,
    /// What it holds.
    pub(crate) elements: Vec<Element>,
}

impl Element {
    fn read(text: &str) -> Result<Element, quick_xml::Error> {
        let mut reader = Reader::from_str(text);
        // The outermost holds the root, so that the root is an element like the others.
        let mut open = vec![Element::default()];
        let named = |name: &str| Element { name: name.to_owned(), ..Element::default() };
        loop {
            match reader.read_event()? {
                Event::Start(start) => open.push(named(start.local_name().as_ref())),
                Event::Empty(empty) => close(&mut open, named(empty.local_name().as_ref())),
                Event::End(_) => {
                    if let Some(element) = open.pop() {
                        close(&mut open, element);
                    }
                }
                Event::Text(text) => write(&mut open, &text),
                Event::CData(text) => write(&mut open, &text),
                Event::GeneralRef(reference) => match reference.resolve_char_ref()? {
                    Some(character) => write(&mut open, character.encode_utf8(&mut [0; 4])),
                    None => write(&mut open, resolve_predefined_entity(&reference).unwrap_or_default()),
                },
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
        Ok(open.into_iter().next().and_then(|whole| whole.elements.into_iter().next()).unwrap_or_default())
    }

    /// The first element of that name directly in it.
    pub(crate) fn get(&self, name: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.name == name)
    }

    /// The text of the first element of that name directly in it; empty where there is none.
    pub(crate) fn text_of(&self, name: &str) -> &str {
        self.get(name).map_or("", |element| &element.text)
    }

    /// The first element of that name, however deep.
    pub(crate) fn find(&self, name: &str) -> Option<&Element> {
        self.get(name).or_else(|| self.elements.iter().find_map(|element| element.find(name)))
    }
}

/// Puts a whole element into the one around it. What stood between its elements is white space.
fn close(open: &mut [Element], mut element: Element) {
    if !element.elements.is_empty() {
        element.text.clear();
    }
    if let Some(around) = open.last_mut() {
        around.elements.push(element);
    }
}

fn write(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_stands() {
        let text =
            "<?xml version=\"1.0\"?><r xmlns=\"urn:x\">\n  <item><id>a&amp;b &#x41;</id><none/></item>\n  <item/></r>";
        let root = Element::read(text).expect("well-formed");
        assert_eq!((root.name.as_str(), root.text.as_str()), ("r", ""));
        assert_eq!(root.elements.len(), 2);
        assert_eq!(root.find("id").map(|id| id.text.as_str()), Some("a&b A"));
        assert_eq!(root.elements[0].text_of("id"), "a&b A");
        assert_eq!(root.elements[0].text_of("none"), "");
        assert!(Element::read("<a><b></a>").is_err());
    }

    #[test]
    fn each_service_is_called_where_aws_has_it() {
        let of = |service, region| {
            let Place { endpoint, signing_region, .. } = Place::of(service, region);
            format!("{endpoint} {signing_region}")
        };
        assert_eq!(of(Service::Ec2, "eu-west-1"), "https://ec2.eu-west-1.amazonaws.com eu-west-1");
        assert_eq!(of(Service::CloudWatch, "cn-north-1"), "https://monitoring.cn-north-1.amazonaws.com.cn cn-north-1");
        assert_eq!(of(Service::Iam, "eu-west-1"), "https://iam.amazonaws.com us-east-1");
        assert_eq!(of(Service::Iam, "us-gov-east-1"), "https://iam.us-gov.amazonaws.com us-gov-west-1");
        assert_eq!(of(Service::Iam, "cn-northwest-1"), "https://iam.cn-north-1.amazonaws.com.cn cn-north-1");
    }
}
