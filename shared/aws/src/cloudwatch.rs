//! [`ports::Usage`] with Amazon CloudWatch.

use jiff::{SignedDuration, Timestamp};
use stages::ports::{self, Answer};

use crate::environment::{Environment, Service};
use crate::errors::unexpected;
use crate::query::{Element, Query};

const OPERATION: &str = "GetMetricStatistics";

/// RDS writes a datapoint a minute (Amazon RDS User Guide, CloudWatch metrics).
const PERIOD_SECONDS: i64 = 60;

/// The CloudWatch client. Making one costs nothing: most events need none.
#[derive(Clone, Debug)]
pub struct CloudWatch(Query);

impl CloudWatch {
    /// A client for the CloudWatch of the function's region.
    pub fn new(environment: &Environment) -> CloudWatch {
        CloudWatch(Query::new(environment, Service::CloudWatch, "2010-08-01"))
    }
}

impl ports::Usage for CloudWatch {
    async fn connections(&self, instance: &str, minutes: i64, now: Timestamp) -> Answer<Option<i64>> {
        let from = now.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MIN);
        let wanted = [
            ("Namespace", "AWS/RDS".to_owned()),
            ("MetricName", "DatabaseConnections".to_owned()),
            ("Dimensions.member.1.Name", "DBInstanceIdentifier".to_owned()),
            ("Dimensions.member.1.Value", instance.to_owned()),
            ("StartTime", format!("{from:.0}")),
            ("EndTime", format!("{now:.0}")),
            // One answer has 1,440 datapoints at most: a day of minutes.
            ("Period", PERIOD_SECONDS.to_string()),
            ("Statistics.member.1", "Maximum".to_owned()),
        ];
        let wanted: Vec<(String, String)> = wanted.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let answer = self.0.call(OPERATION, instance, &wanted).await?;
        let datapoints = answer.find("Datapoints").map_or(&[][..], |datapoints| &datapoints.elements);
        most(datapoints).map_err(|why| unexpected(OPERATION, instance, &why))
    }
}

/// The highest of all; `None` where there is none.
fn most(datapoints: &[Element]) -> Result<Option<i64>, String> {
    let mut most = None;
    for datapoint in datapoints {
        let text = datapoint.text_of("Maximum");
        let number: f64 = text.trim().parse().map_err(|_| format!("a datapoint has the maximum {text:?}"))?;
        // Where there was a part of a connection, there was one.
        most = most.max(Some(number.ceil() as i64));
    }
    Ok(most)
}
