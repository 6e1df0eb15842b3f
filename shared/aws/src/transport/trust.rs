//! Whom a function believes to be AWS.
//!
//! AWS's endpoints show certificates of Amazon Trust Services, whose five roots are part of the program (AWS asks who
//! names roots at all to name all five: <https://www.amazontrust.com/repository/>). Where none of them vouches for a
//! server, the machine's own roots are asked, and only then read: so an endpoint of another partition, or a root that
//! is younger than this program, works as well, for some milliseconds more.
//!
//! Who configures a bundle means that one, and nothing else is believed: `AWS_CA_BUNDLE`, as with the AWS command
//! line, or `SSL_CERT_FILE` or `SSL_CERT_DIR`, as with OpenSSL.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_native_certs::{load_certs_from_paths, load_native_certs};

/// As <https://www.amazontrust.com/repository/> has them; not PEM, which takes longer to read than the rest.
const AMAZON: [&[u8]; 5] = [
    include_bytes!("../../roots/amazon-root-ca-1.der"),
    include_bytes!("../../roots/amazon-root-ca-2.der"),
    include_bytes!("../../roots/amazon-root-ca-3.der"),
    include_bytes!("../../roots/amazon-root-ca-4.der"),
    include_bytes!("../../roots/starfield-services-root-g2.der"),
];

/// The certificates that somebody has configured to be believed, in place of all others.
#[derive(Clone, Debug)]
pub(crate) struct Bundle(RootCertStore);

/// A configured bundle of which nothing can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableBundle {
    variable: &'static str,
    path: String,
    why: String,
}

impl fmt::Display for UnreadableBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnreadableBundle { variable, path, why } = self;
        write!(f, "{variable} names {path}, which holds no certificate to trust ({why}): correct it, or unset it")
    }
}

impl std::error::Error for UnreadableBundle {}

impl Bundle {
    /// The bundle that the variables name, if they name one.
    ///
    /// # Errors
    /// Where nothing in it can be read as a certificate.
    pub(crate) fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Bundle>, UnreadableBundle> {
        let named = ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"];
        let Some((variable, path)) = named.into_iter().find_map(|name| Some((name, variable(name)?))) else {
            return Ok(None);
        };
        let place = Some(Path::new(&path));
        let (file, directory) = if variable == "SSL_CERT_DIR" { (None, place) } else { (place, None) };
        let found = load_certs_from_paths(file, directory);
        let mut roots = RootCertStore::empty();
        let (usable, _) = roots.add_parsable_certificates(found.certs);
        if usable == 0 {
            let why = found.errors.first().map_or_else(|| "no certificates in PEM".to_owned(), ToString::to_string);
            return Err(UnreadableBundle { variable, path, why });
        }
        Ok(Some(Bundle(roots)))
    }
}

/// What a server's certificate has to satisfy.
pub(super) fn verifier(bundle: Option<Bundle>, provider: &Arc<CryptoProvider>) -> Arc<dyn ServerCertVerifier> {
    match bundle {
        Some(Bundle(roots)) => of(roots, provider).expect("a bundle has a certificate"),
        None => Arc::new(AmazonElseMachine {
            amazon: of(amazon(), provider).expect("there are five roots"),
            machine: OnceLock::new(),
            provider: Arc::clone(provider),
        }),
    }
}

fn amazon() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    for root in AMAZON {
        roots.add(CertificateDer::from(root)).expect("a root that a test reads");
    }
    roots
}

/// None where there are no roots.
fn of(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Option<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build().ok()
}

/// Amazon's roots first; where they do not know the issuer, those of the machine.
#[derive(Debug)]
struct AmazonElseMachine {
    amazon: Arc<WebPkiServerVerifier>,
    /// Read when first needed; None within it where the machine has none.
    machine: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    provider: Arc<CryptoProvider>,
}

impl AmazonElseMachine {
    fn machine(&self) -> Option<&Arc<WebPkiServerVerifier>> {
        let read = || {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(load_native_certs().certs);
            of(roots, &self.provider)
        };
        self.machine.get_or_init(read).as_ref()
    }
}

impl ServerCertVerifier for AmazonElseMachine {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let by = |verifier: &WebPkiServerVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match by(&self.amazon) {
            // Nothing but that: a certificate that has expired, or is for another name, is wrong whoever issued it.
            Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => match self.machine() {
                Some(machine) => by(machine),
                None => Err(CertificateError::UnknownIssuer.into()),
            },
            told => told,
        }
    }

    // How a signature is checked does not depend on the roots.

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.amazon.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.amazon.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.amazon.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::ring;
    use std::time::Duration;

    use super::*;

    /// Made for these tests; nobody has their keys any more.
    const MACHINE_ROOT: &[u8] = include_bytes!("../../roots/test/machine-root.der");
    const SERVER: &[u8] = include_bytes!("../../roots/test/server.der");

    fn machine(root: Option<&'static [u8]>) -> AmazonElseMachine {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(root.map(CertificateDer::from));
        let machine = OnceLock::from(of(roots, &provider));
        AmazonElseMachine { amazon: of(amazon(), &provider).expect("five roots"), machine, provider }
    }

    fn judged(by: &AmazonElseMachine, name: &str, year: u64) -> Result<(), rustls::Error> {
        let at = UnixTime::since_unix_epoch(Duration::from_secs((year - 1970) * 31_556_952));
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        by.verify_server_cert(&CertificateDer::from(SERVER), &[], &name, &[], at).map(drop)
    }

    #[test]
    fn the_five_roots_are_amazons() {
        let names =
            ["Amazon Root CA 1", "Amazon Root CA 2", "Amazon Root CA 3", "Amazon Root CA 4", "Starfield Services"];
        let roots = amazon();
        assert_eq!(roots.len(), names.len());
        for (root, name) in roots.roots.iter().zip(names) {
            assert!(String::from_utf8_lossy(&root.subject).contains(name), "{name}");
        }
    }

    #[test]
    fn where_amazon_does_not_vouch_the_machine_is_asked() {
        assert_eq!(judged(&machine(Some(MACHINE_ROOT)), "rds.example.test", 2030), Ok(()));
        let unknown = Err(CertificateError::UnknownIssuer.into());
        assert_eq!(judged(&machine(None), "rds.example.test", 2030), unknown, "a machine without roots");
        assert_eq!(judged(&machine(Some(AMAZON[0])), "rds.example.test", 2030), unknown, "a machine with others");
    }

    #[test]
    fn the_machine_does_not_make_a_wrong_certificate_right() {
        let machine = machine(Some(MACHINE_ROOT));
        assert!(judged(&machine, "kms.example.test", 2030).is_err(), "for another name");
        assert!(judged(&machine, "rds.example.test", 2200).is_err(), "has expired");
    }

    #[test]
    fn a_bundle_without_certificates_names_its_variable_and_its_path() {
        let variables = |name: &'static str| (name == "SSL_CERT_FILE").then(|| "/nowhere/ca.pem".to_owned());
        let error = Bundle::from_variables(variables).expect_err("nothing is there").to_string();
        assert!(error.starts_with("SSL_CERT_FILE names /nowhere/ca.pem, which holds no certificate"), "{error}");
        assert!(Bundle::from_variables(|_| None).expect("none is fine").is_none());
    }
}
