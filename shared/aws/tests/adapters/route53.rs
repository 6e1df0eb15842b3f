use aws::Route53;
use stages::ports::{Answer, Dns as _, Failure};
use tag_state::facts::Record;

use crate::loopback::Loopback;
use crate::proofs::{ADDRESS, swap};

const CHANGED: &str = "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status>\
    <SubmittedAt>2026-11-22T09:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>";

/// A listing of these record sets (the inner XML of each).
fn listing(sets: &[&str]) -> String {
    let sets: String = sets.iter().map(|set| format!("<ResourceRecordSet>{set}</ResourceRecordSet>")).collect();
    format!(
        "<ListResourceRecordSetsResponse><ResourceRecordSets>{sets}</ResourceRecordSets>\
         <IsTruncated>false</IsTruncated><MaxItems>2</MaxItems></ListResourceRecordSetsResponse>"
    )
}

fn cname(name: &str, more: &str, values: &[&str]) -> String {
    let values: String =
        values.iter().map(|value| format!("<ResourceRecord><Value>{value}</Value></ResourceRecord>")).collect();
    format!("<Name>{name}</Name><Type>CNAME</Type>{more}<TTL>300</TTL><ResourceRecords>{values}</ResourceRecords>")
}

async fn record_in(sets: &[&str], name: &str) -> Answer<Record> {
    let server = Loopback::answering(200, &listing(sets));
    Route53::new(&server.environment()).record("Z1", name).await
}

fn plain(value: &str) -> Record {
    Record::Cname { value: value.to_owned(), ttl: 300 }
}

#[tokio::test]
async fn a_record_is_looked_for_by_name_in_a_short_listing_of_its_zone() {
    for zone in ["Z1", "/hostedzone/Z1"] {
        let server = Loopback::answering(200, &listing(&[]));
        let record = Route53::new(&server.environment()).record(zone, "db.example.com").await;
        assert_eq!(record, Ok(Record::Absent));
        let asked = server.asked();
        let (path, query) = asked.line.split_once('?').expect("a query");
        assert_eq!(path, "GET /2013-04-01/hostedzone/Z1/rrset");
        let mut fields: Vec<&str> = query.split('&').collect();
        fields.sort_unstable();
        assert_eq!(fields, ["maxitems=2", "name=db.example.com"]);
    }
}

#[tokio::test]
async fn a_plain_cname_is_read_as_it_is_stored() {
    let stored = cname("db.example.com.", "", &["Old.example.com."]);
    assert_eq!(record_in(&[&stored], "DB.example.com").await, Ok(plain("Old.example.com.")));
}

#[tokio::test]
async fn a_wildcard_is_found_under_its_escaped_name() {
    let stored = cname("\\052.example.com.", "", &["old.example.com"]);
    assert_eq!(record_in(&[&stored], "*.example.com").await, Ok(plain("old.example.com")));
}

#[tokio::test]
async fn the_next_name_of_the_zone_is_not_the_one_asked_for() {
    let next = cname("db2.example.com.", "", &["other.example.com"]);
    assert_eq!(record_in(&[&next], "db.example.com").await, Ok(Record::Absent));
}

#[tokio::test]
async fn what_is_not_one_plain_cname_is_said_in_words() {
    let name = "db.example.com.";
    let one = ["old.example.com"];
    let identifier = "<SetIdentifier>blue</SetIdentifier>";
    let alias = format!(
        "<Name>{name}</Name><Type>A</Type><AliasTarget><HostedZoneId>Z2</HostedZoneId>\
         <DNSName>lb.example.com.</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget>"
    );
    let address = format!(
        "<Name>{name}</Name><Type>A</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value>\
         </ResourceRecord></ResourceRecords>"
    );
    let table = [
        (alias, "an alias of lb.example.com."),
        (address, "a record of type A"),
        (cname(name, &format!("{identifier}<Weight>10</Weight>"), &one), "a weighted record (set identifier blue)"),
        (
            cname(name, &format!("{identifier}<Region>eu-west-1</Region>"), &one),
            "a latency record (set identifier blue)",
        ),
        (
            cname(name, &format!("{identifier}<Failover>PRIMARY</Failover>"), &one),
            "a failover record (set identifier blue)",
        ),
        (
            cname(name, &format!("{identifier}<GeoLocation><CountryCode>DE</CountryCode></GeoLocation>"), &one),
            "a geolocation record (set identifier blue)",
        ),
        (
            cname(name, &format!("{identifier}<MultiValueAnswer>true</MultiValueAnswer>"), &one),
            "a multivalue answer record (set identifier blue)",
        ),
        (cname(name, "<HealthCheckId>h-1</HealthCheckId>", &one), "a record with a health check"),
        (cname(name, "", &["one.example.com", "two.example.com"]), "a CNAME with 2 values"),
    ];
    for (set, words) in table {
        assert_eq!(record_in(&[&set], "db.example.com").await, Ok(Record::Other(words.to_owned())));
    }
    let (blue, green) = (
        cname(name, &format!("{identifier}<Weight>10</Weight>"), &one),
        cname(name, "<SetIdentifier>green</SetIdentifier><Weight>0</Weight>", &one),
    );
    let words = "several record sets of that name, the first a weighted record (set identifier blue)";
    assert_eq!(record_in(&[&blue, &green], "db.example.com").await, Ok(Record::Other(words.to_owned())));
}

/// The changes of a batch: action, and the record set without its element names.
fn changes(body: &str) -> Vec<String> {
    body.split("<Change>")
        .skip(1)
        .map(|change| {
            let texts = change.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
            texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[tokio::test]
async fn a_swap_deletes_exactly_what_was_read_and_creates_the_new_one_in_one_batch() {
    let server = Loopback::answering(200, CHANGED);
    let old = plain("Old.example.com.");
    Route53::new(&server.environment()).swap(&swap(&old)).await.expect("accepted");
    let asked = server.asked();
    assert_eq!(asked.line, "POST /2013-04-01/hostedzone/Z1/rrset");
    assert_eq!(
        changes(&asked.body),
        [
            "DELETE db.example.com CNAME 300 Old.example.com.".to_owned(),
            format!("CREATE db.example.com CNAME 60 {ADDRESS}"),
        ]
    );
}

#[tokio::test]
async fn where_no_record_was_read_a_swap_only_creates() {
    let server = Loopback::answering(200, CHANGED);
    Route53::new(&server.environment()).swap(&swap(&Record::Absent)).await.expect("accepted");
    assert_eq!(changes(&server.asked().body), [format!("CREATE db.example.com CNAME 60 {ADDRESS}")]);
}

async fn refused(status: u16, body: &str) -> stages::ports::CallError {
    let server = Loopback::answering(status, body);
    Route53::new(&server.environment()).swap(&swap(&Record::Absent)).await.expect_err("not applied")
}

#[tokio::test]
async fn a_record_that_has_changed_since_says_so_in_both_forms_of_the_answer() {
    let text = "Tried to create resource record set [name='db.example.com.', type='CNAME'] but it already exists";
    let usual = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidChangeBatch</Code><Message>[{text}]</Message></Error></ErrorResponse>"
    );
    let old = format!(
        "<?xml version=\"1.0\"?>\n<InvalidChangeBatch xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\n\
         <Messages><Message>{text}</Message></Messages></InvalidChangeBatch>"
    );
    for body in [usual, old] {
        let error = refused(400, &body).await;
        assert_eq!(error.failure, Failure::Changed, "{error}");
        assert_eq!(error.code.as_deref(), Some("InvalidChangeBatch"));
        assert!(error.message.contains(text), "{error}");
    }
}

/// Route 53 has one code for both, so that the stage looks at the record again, and then passes these words on.
#[tokio::test]
async fn what_will_never_be_changed_looks_like_what_has_changed_but_for_the_words() {
    let text = "RRSet with DNS name db.example.com. is not permitted in zone elsewhere.test.";
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidChangeBatch</Code><Message>[{text}]</Message></Error></ErrorResponse>"
    );
    let error = refused(400, &body).await;
    assert_eq!((error.failure, error.operation), (Failure::Changed, "ChangeResourceRecordSets"));
    assert!(error.to_string().contains(text), "{error}");
}

#[tokio::test]
async fn other_answers_to_a_swap_say_what_to_do_next() {
    for (status, code, failure) in [
        (404, "NoSuchHostedZone", Failure::NotFound),
        (400, "InvalidInput", Failure::Refused),
        (403, "AccessDenied", Failure::Refused),
    ] {
        let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>");
        let error = refused(status, &body).await;
        assert_eq!((error.failure, error.code.as_deref()), (failure, Some(code)));
    }
}

#[tokio::test]
async fn an_unfinished_earlier_change_is_waited_for() {
    let code = "PriorRequestNotComplete";
    let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>wait</Message></Error></ErrorResponse>");
    assert_eq!(refused(400, &body).await.failure, Failure::WrongState);
}
