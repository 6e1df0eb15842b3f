use aws::CloudWatch;
use jiff::Timestamp;
use stages::ports::{Answer, Failure, Usage as _};

use crate::loopback::Loopback;

const INSTANCE: &str = "dev-2026-11-22";

fn statistics(maxima: &[&str]) -> String {
    let points: String = maxima
        .iter()
        .map(|most| format!("<member><Maximum>{most}</Maximum><Unit>Count</Unit><Timestamp>2026-11-22T09:00:00Z</Timestamp></member>"))
        .collect();
    format!(
        "<GetMetricStatisticsResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"><GetMetricStatisticsResult>\
         <Label>DatabaseConnections</Label><Datapoints>{points}</Datapoints></GetMetricStatisticsResult>\
         </GetMetricStatisticsResponse>"
    )
}

async fn asked_of(server: &Loopback) -> Answer<Option<i64>> {
    let now: Timestamp = "2026-11-22T10:00:00.25Z".parse().expect("a time");
    CloudWatch::new(&server.environment()).connections(INSTANCE, 30, now).await
}

#[tokio::test]
async fn the_most_connections_of_the_last_minutes_are_what_counts() {
    let server = Loopback::answering(200, &statistics(&["0.0", "12.0", "3.5"]));
    assert_eq!(asked_of(&server).await, Ok(Some(12)));
    let asked = server.asked();
    assert!(asked.header("authorization").contains("/us-east-1/monitoring/aws4_request"), "{asked:?}");
    let form: Vec<String> = asked.form().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        form,
        [
            "Action=GetMetricStatistics",
            "Dimensions.member.1.Name=DBInstanceIdentifier",
            "Dimensions.member.1.Value=dev-2026-11-22",
            "EndTime=2026-11-22T10:00:00Z",
            "MetricName=DatabaseConnections",
            "Namespace=AWS/RDS",
            "Period=60",
            "StartTime=2026-11-22T09:30:00Z",
            "Statistics.member.1=Maximum",
        ]
    );
}

#[tokio::test]
async fn nothing_is_not_none_and_half_a_connection_is_one() {
    assert_eq!(asked_of(&Loopback::answering(200, &statistics(&["0.0", "0.0"]))).await, Ok(Some(0)));
    assert_eq!(asked_of(&Loopback::answering(200, &statistics(&["0.4"]))).await, Ok(Some(1)));
    assert_eq!(asked_of(&Loopback::answering(200, &statistics(&[]))).await, Ok(None));
    assert!(asked_of(&Loopback::answering(200, &statistics(&["many"]))).await.is_err());
}

#[tokio::test]
async fn a_refusal_says_what_was_asked() {
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let error = asked_of(&Loopback::answering(403, body)).await.expect_err("refused");
    assert_eq!(
        (error.operation, error.subject.as_str(), error.failure),
        ("GetMetricStatistics", INSTANCE, Failure::Refused)
    );
}
