use aws::Rds;
use jiff::Timestamp;
use stages::ports::{Failure, Rds as _};
use tag_state::calls::{Modify, Restore};
use tag_state::facts::{Snapshot, SnapshotType, Tags};
use tag_state::parameter::{Kind, Parameter, Parameters, Value};

use crate::loopback::{Asked, Loopback, Reply};
use crate::proofs::{INSTANCE, delete, delete_snapshot};

const ARN: &str = "arn:aws:rds:us-east-1:123456789012:db:dev-2026-11-22";

/// An answer of an operation without anything in it that we read.
fn done(operation: &str) -> String {
    format!("<{operation}Response><{operation}Result></{operation}Result></{operation}Response>")
}

fn instances(inner: &[&str], marker: Option<&str>) -> String {
    let list: String = inner.iter().map(|one| format!("<DBInstance>{one}</DBInstance>")).collect();
    let marker = marker.map_or(String::new(), |marker| format!("<Marker>{marker}</Marker>"));
    format!(
        "<DescribeDBInstancesResponse><DescribeDBInstancesResult>{marker}<DBInstances>{list}</DBInstances>\
         </DescribeDBInstancesResult></DescribeDBInstancesResponse>"
    )
}

fn form(asked: &Asked) -> Vec<String> {
    asked.form().into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

fn list(names: &[&str]) -> Value {
    Value::List(names.iter().map(|name| (*name).to_owned()).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test]
async fn an_instance_is_read_with_all_that_decisions_need() {
    let described = "<DBInstanceIdentifier>dev-2026-11-22</DBInstanceIdentifier>\
        <DBInstanceArn>arn:aws:rds:us-east-1:123456789012:db:dev-2026-11-22</DBInstanceArn>\
        <DbiResourceId>db-R</DbiResourceId><DBInstanceStatus>available</DBInstanceStatus>\
        <InstanceCreateTime>2026-11-22T09:30:00.5Z</InstanceCreateTime>\
        <Endpoint><Address>dev.example</Address><Port>5432</Port><HostedZoneId>Z</HostedZoneId></Endpoint>\
        <Engine>postgres</Engine><EngineVersion>17.4</EngineVersion><DBInstanceClass>db.t4g.medium</DBInstanceClass>\
        <MultiAZ>false</MultiAZ><DbInstancePort>0</DbInstancePort><AllocatedStorage>100</AllocatedStorage>\
        <DeletionProtection>true</DeletionProtection>\
        <DBParameterGroups><DBParameterGroup><DBParameterGroupName>dev-17</DBParameterGroupName>\
        <ParameterApplyStatus>pending-reboot</ParameterApplyStatus></DBParameterGroup></DBParameterGroups>\
        <OptionGroupMemberships><OptionGroupMembership><OptionGroupName>default:postgres-17</OptionGroupName>\
        <Status>in-sync</Status></OptionGroupMembership></OptionGroupMemberships>\
        <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-2</VpcSecurityGroupId><Status>active</Status>\
        </VpcSecurityGroupMembership><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId>\
        <Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups>\
        <PendingModifiedValues><DBInstanceClass>db.m6g.large</DBInstanceClass><MasterUserPassword>****</MasterUserPassword>\
        <PendingCloudwatchLogsExports><LogTypesToEnable><member>upgrade</member></LogTypesToEnable>\
        </PendingCloudwatchLogsExports></PendingModifiedValues>\
        <TagList><Tag><Key>rdsecho:dev:stage</Key><Value>new</Value></Tag><Tag><Key>empty</Key><Value/></Tag></TagList>";
    let server = Loopback::answering(200, &instances(&[described], None));
    let instance = Rds::new(&server.environment()).instance(INSTANCE).await.expect("an answer").expect("an instance");
    assert_eq!(form(&server.asked()), ["Action=DescribeDBInstances", "DBInstanceIdentifier=dev-2026-11-22"]);

    assert_eq!((instance.identifier.as_str(), instance.arn.as_str()), (INSTANCE, ARN));
    assert_eq!((instance.resource_id.as_str(), instance.status.as_str()), ("db-R", "available"));
    assert_eq!(instance.created, Some("2026-11-22T09:30:00.5Z".parse::<Timestamp>().expect("a time")));
    assert_eq!(instance.address.as_deref(), Some("dev.example"));
    assert!(instance.deletion_protection);
    assert_eq!(instance.parameter_group_statuses, ["pending-reboot"]);
    assert_eq!(instance.option_group_statuses, ["in-sync"]);
    let pending: Vec<&str> = instance.pending.iter().map(String::as_str).collect();
    assert_eq!(pending, ["DBInstanceClass", "MasterUserPassword", "PendingCloudwatchLogsExports"]);
    assert_eq!(instance.tags.get("rdsecho:dev:stage").map(String::as_str), Some("new"));
    assert_eq!(instance.tags.get("empty").map(String::as_str), Some(""));

    for (parameter, value) in [
        (Parameter::DbInstanceClass, text("db.t4g.medium")),
        (Parameter::Port, Value::Number(5432)),
        (Parameter::MultiAz, Value::Flag(false)),
        (Parameter::DbParameterGroupName, text("dev-17")),
        (Parameter::OptionGroupName, text("default:postgres-17")),
        (Parameter::VpcSecurityGroupIds, list(&["sg-1", "sg-2"])),
        (Parameter::EnableCloudwatchLogsExports, list(&[])),
        (Parameter::ManageMasterUserPassword, Value::Flag(false)),
    ] {
        assert_eq!(instance.has(parameter), Some(&value), "{parameter}");
    }
    assert_eq!(instance.has(Parameter::MonitoringRoleArn), None);
}

#[tokio::test]
async fn an_instance_that_is_still_creating_has_neither_age_nor_address() {
    let described = "<DBInstanceIdentifier>dev-2026-11-22</DBInstanceIdentifier><DBInstanceStatus>creating</DBInstanceStatus>\
        <Endpoint><Port>5432</Port></Endpoint><PendingModifiedValues/>";
    let server = Loopback::answering(200, &instances(&[described], None));
    let instance = Rds::new(&server.environment()).instance(INSTANCE).await.expect("an answer").expect("an instance");
    assert_eq!((instance.created, instance.address, instance.pending.len()), (None, None, 0));
}

#[tokio::test]
async fn a_listing_reads_every_page_even_where_one_holds_none_of_ours() {
    let named = |name: &str| format!("<DBInstanceIdentifier>{name}</DBInstanceIdentifier>");
    let (ours, other, short) = (named("dev-2026-11-22"), named("production"), named("d"));
    let server = Loopback::start(vec![
        Reply::Answer(200, instances(&[&other, &short], Some("m1"))),
        Reply::Answer(200, instances(&[], Some("m2"))),
        Reply::Answer(200, instances(&[&ours], None)),
    ]);
    let found = Rds::new(&server.environment()).instances("DEV-20").await.expect("three pages");
    let found: Vec<&str> = found.iter().map(|instance| instance.identifier.as_str()).collect();
    assert_eq!(found, ["dev-2026-11-22"]);
    let asked: Vec<Vec<String>> = server.all_asked().iter().map(form).collect();
    assert_eq!(
        asked,
        [
            vec!["Action=DescribeDBInstances", "MaxRecords=100"],
            vec!["Action=DescribeDBInstances", "Marker=m1", "MaxRecords=100"],
            vec!["Action=DescribeDBInstances", "Marker=m2", "MaxRecords=100"],
        ]
    );
}

#[tokio::test]
async fn a_snapshot_is_as_old_as_its_data() {
    let body = "<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult><DBSnapshots>\
        <DBSnapshot><DBSnapshotIdentifier>copy</DBSnapshotIdentifier><DBInstanceIdentifier>production</DBInstanceIdentifier>\
        <Status>available</Status><SnapshotType>manual</SnapshotType><SnapshotCreateTime>2026-11-22T03:00:00Z</SnapshotCreateTime>\
        <OriginalSnapshotCreateTime>2026-11-20T03:00:00Z</OriginalSnapshotCreateTime></DBSnapshot>\
        <DBSnapshot><DBSnapshotIdentifier>rds:production-2026-11-21</DBSnapshotIdentifier><Status>creating</Status>\
        <SnapshotCreateTime>2026-11-21T03:00:00Z</SnapshotCreateTime></DBSnapshot>\
        <DBSnapshot><DBSnapshotIdentifier>unborn</DBSnapshotIdentifier></DBSnapshot>\
        </DBSnapshots></DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>";
    let server = Loopback::answering(200, body);
    let types = [SnapshotType::Automated, SnapshotType::Manual].into();
    let found = Rds::new(&server.environment()).snapshots("production", &types).await.expect("a page");
    let created: Vec<Option<String>> = found.iter().map(|one| one.created.map(|time| time.to_string())).collect();
    assert_eq!(created, [Some("2026-11-20T03:00:00Z".to_owned()), Some("2026-11-21T03:00:00Z".to_owned()), None]);
    assert_eq!((found[0].source.as_str(), found[0].snapshot_type.as_str()), ("production", "manual"));
    assert_eq!(
        form(&server.asked()),
        ["Action=DescribeDBSnapshots", "DBInstanceIdentifier=production", "MaxRecords=100"]
    );
}

/// A page of snapshots, by identifier and source.
fn snapshots(named: &[(&str, &str)], marker: &str) -> Reply {
    let list: String = named
        .iter()
        .map(|(identifier, source)| {
            format!(
                "<DBSnapshot><DBSnapshotIdentifier>{identifier}</DBSnapshotIdentifier>\
                 <DBInstanceIdentifier>{source}</DBInstanceIdentifier></DBSnapshot>"
            )
        })
        .collect();
    Reply::Answer(
        200,
        format!(
            "<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult>{marker}<DBSnapshots>{list}</DBSnapshots>\
             </DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>"
        ),
    )
}

#[tokio::test]
async fn each_kind_of_snapshot_has_its_listing_and_what_others_share_is_sorted_here() {
    let server = Loopback::start(vec![
        snapshots(&[("rds:production-1", "production")], ""),
        snapshots(&[("awsbackup:job-1", "production")], ""),
        snapshots(&[("arn:theirs", "sales")], "<Marker>m1</Marker>"),
        snapshots(&[("arn:ours", "Production")], ""),
    ]);
    let rds = Rds::new(&server.environment());
    let types = [SnapshotType::Automated, SnapshotType::Awsbackup, SnapshotType::Shared].into();
    let found = rds.snapshots("production", &types).await.expect("three listings");
    let found: Vec<&str> = found.iter().map(|snapshot| snapshot.identifier.as_str()).collect();
    assert_eq!(found, ["rds:production-1", "awsbackup:job-1", "arn:ours"]);
    let (operation, of_it) = ("Action=DescribeDBSnapshots", "DBInstanceIdentifier=production");
    let asked: Vec<Vec<String>> = server.all_asked().iter().map(form).collect();
    assert_eq!(
        asked,
        [
            vec![operation, of_it, "MaxRecords=100", "SnapshotType=automated"],
            vec![operation, of_it, "MaxRecords=100", "SnapshotType=awsbackup"],
            vec![operation, "MaxRecords=100", "SnapshotType=shared"],
            vec![operation, "Marker=m1", "MaxRecords=100", "SnapshotType=shared"],
        ]
    );
}

#[tokio::test]
async fn of_a_snapshot_all_is_read_that_a_restore_takes_over() {
    let body = "<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult><DBSnapshots><DBSnapshot>\
        <DBSnapshotIdentifier>nightly</DBSnapshotIdentifier><Engine>postgres</Engine><EngineVersion>16.4</EngineVersion>\
        <AllocatedStorage>100</AllocatedStorage><StorageType>gp3</StorageType><Iops>12000</Iops>\
        <StorageThroughput>500</StorageThroughput><Port>5432</Port><AvailabilityZone>us-east-1a</AvailabilityZone>\
        <VpcId>vpc-1</VpcId><OptionGroupName>default:postgres-16</OptionGroupName><LicenseModel>postgresql-license</LicenseModel>\
        <Encrypted>true</Encrypted><KmsKeyId>key-1</KmsKeyId><DbiResourceId>db-P</DbiResourceId></DBSnapshot></DBSnapshots>\
        </DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>";
    let server = Loopback::answering(200, body);
    let found = Rds::new(&server.environment()).snapshot("nightly").await.expect("an answer");
    let some = |text: &str| Some(text.to_owned());
    let expected = Snapshot {
        identifier: "nightly".to_owned(),
        engine: "postgres".to_owned(),
        engine_version: "16.4".to_owned(),
        allocated_storage: Some(100),
        storage_type: some("gp3"),
        iops: Some(12_000),
        throughput: Some(500),
        port: Some(5432),
        zone: some("us-east-1a"),
        vpc: some("vpc-1"),
        option_group: some("default:postgres-16"),
        kms_key: some("key-1"),
        license: some("postgresql-license"),
        encrypted: true,
        resource_id: "db-P".to_owned(),
        ..Snapshot::default()
    };
    assert_eq!(found, Some(expected));
}

#[tokio::test]
async fn a_restore_carries_its_tags_and_settings_in_one_call() {
    let body = "<RestoreDBInstanceFromDBSnapshotResponse><RestoreDBInstanceFromDBSnapshotResult><DBInstance>\
        <DBInstanceIdentifier>dev-2026-11-22</DBInstanceIdentifier><DbiResourceId>db-R</DbiResourceId>\
        <DBInstanceStatus>creating</DBInstanceStatus></DBInstance></RestoreDBInstanceFromDBSnapshotResult>\
        </RestoreDBInstanceFromDBSnapshotResponse>";
    let server = Loopback::answering(200, body);
    let restore = Restore {
        identifier: INSTANCE.to_owned(),
        snapshot: "rds:production-2026-11-22".to_owned(),
        parameters: Parameters::from([
            (Parameter::DbInstanceClass, text("db.t4g.medium")),
            (Parameter::EnableCloudwatchLogsExports, list(&["postgresql"])),
            (Parameter::Port, Value::Number(5433)),
            (Parameter::PubliclyAccessible, Value::Flag(false)),
            (Parameter::VpcSecurityGroupIds, list(&["sg-1", "sg-2"])),
        ]),
        tags: Tags::from([
            ("rdsecho:dev:managed".to_owned(), "true".to_owned()),
            ("team".to_owned(), "a b".to_owned()),
        ]),
    };
    let instance = Rds::new(&server.environment()).restore(&restore).await.expect("accepted");
    assert_eq!((instance.resource_id.as_str(), instance.status.as_str()), ("db-R", "creating"));
    assert_eq!(
        form(&server.asked()),
        [
            "Action=RestoreDBInstanceFromDBSnapshot",
            "DBInstanceClass=db.t4g.medium",
            "DBInstanceIdentifier=dev-2026-11-22",
            "DBSnapshotIdentifier=rds:production-2026-11-22",
            "EnableCloudwatchLogsExports.member.1=postgresql",
            "Port=5433",
            "PubliclyAccessible=false",
            "Tags.Tag.1.Key=rdsecho:dev:managed",
            "Tags.Tag.1.Value=true",
            "Tags.Tag.2.Key=team",
            "Tags.Tag.2.Value=a b",
            "VpcSecurityGroupIds.VpcSecurityGroupId.1=sg-1",
            "VpcSecurityGroupIds.VpcSecurityGroupId.2=sg-2",
        ]
    );
}

#[tokio::test]
async fn a_modify_names_the_port_and_the_log_exports_as_its_call_does() {
    let server = Loopback::answering(200, &done("ModifyDBInstance"));
    let modify = Modify {
        identifier: INSTANCE.to_owned(),
        parameters: Parameters::from([
            (Parameter::EnableCloudwatchLogsExports, list(&["postgresql"])),
            (Parameter::Port, Value::Number(5433)),
            (Parameter::BackupRetentionPeriod, Value::Number(0)),
        ]),
        disable_log_exports: vec!["upgrade".to_owned()],
        deletion_protection: Some(true),
        apply_immediately: true,
        allow_major_version_upgrade: true,
    };
    Rds::new(&server.environment()).modify(&modify).await.expect("accepted");
    assert_eq!(
        form(&server.asked()),
        [
            "Action=ModifyDBInstance",
            "AllowMajorVersionUpgrade=true",
            "ApplyImmediately=true",
            "BackupRetentionPeriod=0",
            "CloudwatchLogsExportConfiguration.DisableLogTypes.member.1=upgrade",
            "CloudwatchLogsExportConfiguration.EnableLogTypes.member.1=postgresql",
            "DBInstanceIdentifier=dev-2026-11-22",
            "DBPortNumber=5433",
            "DeletionProtection=true",
        ]
    );
}

#[tokio::test]
async fn a_modify_of_the_protection_alone_touches_nothing_else() {
    let server = Loopback::answering(200, &done("ModifyDBInstance"));
    Rds::new(&server.environment()).modify(&Modify::protection(INSTANCE, false)).await.expect("accepted");
    assert_eq!(
        form(&server.asked()),
        [
            "Action=ModifyDBInstance",
            "ApplyImmediately=true",
            "DBInstanceIdentifier=dev-2026-11-22",
            "DeletionProtection=false"
        ]
    );
}

/// A value of the shape that the parameter has.
fn some_value(parameter: Parameter) -> Value {
    match parameter.kind() {
        Kind::Text => text("x"),
        Kind::Flag => Value::Flag(true),
        Kind::Number => Value::Number(1),
        Kind::List => list(&["x"]),
    }
}

#[tokio::test]
async fn every_parameter_reaches_exactly_the_calls_that_its_table_says() {
    for parameter in Parameter::ALL.iter().copied() {
        let parameters = Parameters::from([(parameter, some_value(parameter))]);
        let server = Loopback::answering(200, &done("ModifyDBInstance"));
        let rds = Rds::new(&server.environment());
        let restore = Restore {
            identifier: INSTANCE.to_owned(),
            snapshot: "s".to_owned(),
            parameters: parameters.clone(),
            tags: Tags::from([("team".to_owned(), "a".to_owned())]),
        };
        let mut modify = Modify::protection(INSTANCE, true);
        modify.parameters = parameters;
        // The answer is that of a modify; what counts is whether the restore was made, and with the parameter.
        let restored = rds.restore(&restore).await.expect_err("no restore");
        let asked = server.all_asked();
        if parameter.restorable() {
            assert_eq!(form(&asked[0]).len(), 6, "{parameter}: {asked:?}");
        } else {
            assert_eq!((restored.failure, asked.len()), (Failure::Refused, 0), "{parameter}");
        }
        let modified = rds.modify(&modify).await;
        let asked = server.all_asked();
        if parameter.modifiable() {
            assert_eq!(modified, Ok(()));
            assert_eq!(form(&asked[0]).len(), 5, "{parameter}: {asked:?}");
        } else {
            assert_eq!(modified.map_err(|error| error.failure), Err(Failure::Refused), "{parameter}");
            assert_eq!(asked.len(), 0);
        }
    }
}

#[tokio::test]
async fn a_value_of_the_wrong_shape_or_size_is_not_sent() {
    let server = Loopback::answering(200, &done("ModifyDBInstance"));
    let rds = Rds::new(&server.environment());
    for (value, message) in [
        (text("many"), "allocatedStorage is a Number, which many is not"),
        (Value::Number(3_000_000_000), "allocatedStorage cannot be 3000000000"),
    ] {
        let mut modify = Modify::protection(INSTANCE, true);
        modify.parameters = Parameters::from([(Parameter::AllocatedStorage, value)]);
        let error = rds.modify(&modify).await.expect_err("cannot be sent");
        assert_eq!((error.failure, error.message.as_str()), (Failure::Refused, message));
    }
    assert_eq!(server.all_asked().len(), 0);
}

#[tokio::test]
async fn tags_go_in_one_call_to_the_arn() {
    let server = Loopback::answering(200, "<AddTagsToResourceResponse/>");
    let tags = Tags::from([
        ("rdsecho:dev:stage".to_owned(), "modified".to_owned()),
        ("rdsecho:dev:since".to_owned(), "2026-11-22T09:00:00Z".to_owned()),
    ]);
    Rds::new(&server.environment()).add_tags(ARN, &tags).await.expect("accepted");
    assert_eq!(
        form(&server.asked()),
        [
            "Action=AddTagsToResource".to_owned(),
            format!("ResourceName={ARN}"),
            "Tags.Tag.1.Key=rdsecho:dev:since".to_owned(),
            "Tags.Tag.1.Value=2026-11-22T09:00:00Z".to_owned(),
            "Tags.Tag.2.Key=rdsecho:dev:stage".to_owned(),
            "Tags.Tag.2.Value=modified".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_delete_takes_a_final_snapshot_or_skips_it_and_never_both() {
    for (final_snapshot, fields) in [
        (true, vec!["FinalDBSnapshotIdentifier=dev-2026-11-22-final", "SkipFinalSnapshot=false"]),
        (false, vec!["SkipFinalSnapshot=true"]),
    ] {
        let server = Loopback::answering(200, &done("DeleteDBInstance"));
        Rds::new(&server.environment()).delete(&delete(final_snapshot)).await.expect("accepted");
        let mut expected = vec!["Action=DeleteDBInstance", "DBInstanceIdentifier=dev-2026-11-22"];
        expected.extend(fields);
        assert_eq!(form(&server.asked()), expected);
    }
}

#[tokio::test]
async fn where_the_master_password_is_kept_is_read() {
    let described = "<DBInstanceIdentifier>dev-2026-11-22</DBInstanceIdentifier><MasterUserSecret>\
        <SecretArn>arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1</SecretArn>\
        <SecretStatus>rotating</SecretStatus><KmsKeyId>arn:aws:kms:us-east-1:123456789012:key/1</KmsKeyId></MasterUserSecret>";
    let server = Loopback::answering(200, &instances(&[described], None));
    let instance = Rds::new(&server.environment()).instance(INSTANCE).await.expect("an answer").expect("an instance");
    let secret = instance.secret.clone().expect("a secret");
    assert_eq!(secret.arn, "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-1");
    assert_eq!(secret.status, "rotating");
    assert_eq!(secret.key.as_deref(), Some("arn:aws:kms:us-east-1:123456789012:key/1"));
    assert_eq!(instance.has(Parameter::ManageMasterUserPassword), Some(&Value::Flag(true)));
}

#[tokio::test]
async fn all_manual_snapshots_are_listed_and_only_ours_are_kept() {
    let page = |inner: &[(&str, &str)], marker: &str| {
        let all: String = inner
            .iter()
            .map(|(name, of)| {
                format!(
                    "<DBSnapshot><DBSnapshotIdentifier>{name}</DBSnapshotIdentifier><DBInstanceIdentifier>{of}\
                     </DBInstanceIdentifier><SnapshotType>manual</SnapshotType><TagList><Tag><Key>rdsecho:dev:final</Key>\
                     <Value>{name}</Value></Tag></TagList></DBSnapshot>"
                )
            })
            .collect();
        Reply::Answer(
            200,
            format!(
                "<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult>{marker}<DBSnapshots>{all}</DBSnapshots>\
                 </DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>"
            ),
        )
    };
    let server = Loopback::start(vec![
        page(&[("before-the-upgrade", "production")], "<Marker>m1</Marker>"),
        page(&[("a-final", "dev-2026-11-22"), ("b", "dev")], ""),
    ]);
    let found = Rds::new(&server.environment()).manual_snapshots("dev-20").await.expect("two pages");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].identifier.as_str(), found[0].source.as_str()), ("a-final", "dev-2026-11-22"));
    assert_eq!(found[0].tags.get("rdsecho:dev:final").map(String::as_str), Some("a-final"));
    let asked: Vec<Vec<String>> = server.all_asked().iter().map(form).collect();
    assert_eq!(
        asked,
        [
            vec!["Action=DescribeDBSnapshots", "MaxRecords=100", "SnapshotType=manual"],
            vec!["Action=DescribeDBSnapshots", "Marker=m1", "MaxRecords=100", "SnapshotType=manual"],
        ]
    );
}

#[tokio::test]
async fn a_final_snapshot_is_deleted_by_its_name() {
    let server = Loopback::answering(200, &done("DeleteDBSnapshot"));
    Rds::new(&server.environment()).delete_snapshot(&delete_snapshot()).await.expect("accepted");
    assert_eq!(form(&server.asked()), ["Action=DeleteDBSnapshot", "DBSnapshotIdentifier=dev-2026-11-22-final"]);
}
