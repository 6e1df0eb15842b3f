use aws::Aws;
use serde_json::json;
use stages::ports::{Failure, Lookups as _};
use tag_state::facts::{
    EngineVersion, MailAccount, OptionGroup, Orderable, ParameterGroup, Quota, SecurityGroup, StorageKey, SubnetGroup,
};

use crate::loopback::{Asked, Loopback, Reply};

fn form(asked: &Asked) -> Vec<String> {
    asked.form().into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

/// RDS's answer of that operation.
fn answer(operation: &str, result: &str) -> String {
    format!("<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>")
}

fn answering(operation: &str, result: &str) -> (Aws, Loopback) {
    let server = Loopback::answering(200, &answer(operation, result));
    (Aws::new(&server.environment()), server)
}

/// RDS says that there is no such thing.
fn missing(code: &str) -> (Aws, Loopback) {
    let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>not found</Message></Error></ErrorResponse>");
    let server = Loopback::answering(404, &body);
    (Aws::new(&server.environment()), server)
}

#[tokio::test]
async fn a_parameter_group_has_its_family() {
    let (aws, server) = answering(
        "DescribeDBParameterGroups",
        "<DBParameterGroups><DBParameterGroup><DBParameterGroupName>dev-16</DBParameterGroupName>\
         <DBParameterGroupFamily>postgres16</DBParameterGroupFamily></DBParameterGroup></DBParameterGroups>",
    );
    let group = ParameterGroup { name: "dev-16".to_owned(), family: "postgres16".to_owned() };
    assert_eq!(aws.parameter_group("dev-16").await, Ok(Some(group)));
    assert_eq!(form(&server.asked()), ["Action=DescribeDBParameterGroups", "DBParameterGroupName=dev-16"]);
    let (aws, _server) = missing("DBParameterGroupNotFound");
    assert_eq!(aws.parameter_group("nowhere").await, Ok(None));
}

#[tokio::test]
async fn an_option_group_has_its_engine_and_where_it_may_be_used() {
    let (aws, server) = answering(
        "DescribeOptionGroups",
        "<OptionGroupsList><OptionGroup><OptionGroupName>dev</OptionGroupName><EngineName>mysql</EngineName>\
         <MajorEngineVersion>8.0</MajorEngineVersion><VpcId>vpc-1</VpcId>\
         <AllowsVpcAndNonVpcInstanceMemberships>true</AllowsVpcAndNonVpcInstanceMemberships>\
         <Options><Option><OptionName>MEMCACHED</OptionName><Persistent>false</Persistent></Option>\
         <Option><OptionName>TDE</OptionName><Persistent>true</Persistent></Option></Options></OptionGroup></OptionGroupsList>",
    );
    let group = OptionGroup {
        name: "dev".to_owned(),
        engine: "mysql".to_owned(),
        major_version: "8.0".to_owned(),
        vpc: Some("vpc-1".to_owned()),
        persistent: true,
    };
    assert_eq!(aws.option_group("dev").await, Ok(Some(group)));
    assert_eq!(form(&server.asked()), ["Action=DescribeOptionGroups", "OptionGroupName=dev"]);
    let (aws, _server) = missing("OptionGroupNotFoundFault");
    assert_eq!(aws.option_group("nowhere").await, Ok(None));
}

#[tokio::test]
async fn a_subnet_group_has_its_vpc_and_zones() {
    let subnet =
        |zone: &str| format!("<Subnet><SubnetAvailabilityZone><Name>{zone}</Name></SubnetAvailabilityZone></Subnet>");
    let result = format!(
        "<DBSubnetGroups><DBSubnetGroup><DBSubnetGroupName>nets</DBSubnetGroupName><VpcId>vpc-1</VpcId>\
         <SubnetGroupStatus>Complete</SubnetGroupStatus><Subnets>{}{}{}</Subnets></DBSubnetGroup></DBSubnetGroups>",
        subnet("us-east-1b"),
        subnet("us-east-1a"),
        subnet("us-east-1a"),
    );
    let (aws, server) = answering("DescribeDBSubnetGroups", &result);
    let group = SubnetGroup {
        name: "nets".to_owned(),
        vpc: "vpc-1".to_owned(),
        status: "Complete".to_owned(),
        zones: ["us-east-1a", "us-east-1b"].map(str::to_owned).into(),
    };
    assert_eq!(aws.subnet_group("nets").await, Ok(Some(group)));
    assert_eq!(form(&server.asked()), ["Action=DescribeDBSubnetGroups", "DBSubnetGroupName=nets"]);
    let (aws, _server) = missing("DBSubnetGroupNotFoundFault");
    assert_eq!(aws.subnet_group("nowhere").await, Ok(None));
}

#[tokio::test]
async fn a_group_that_may_not_be_looked_at_is_not_missing() {
    let (aws, _server) = missing("AccessDenied");
    assert_eq!(aws.parameter_group("dev").await.expect_err("denied").failure, Failure::Refused);
    assert_eq!(aws.option_group("dev").await.expect_err("denied").code.as_deref(), Some("AccessDenied"));
    assert_eq!(aws.subnet_group("dev").await.expect_err("denied").operation, "DescribeDBSubnetGroups");
}

#[tokio::test]
async fn security_groups_are_filtered_so_that_a_missing_one_is_no_error() {
    let body = "<DescribeSecurityGroupsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
        <securityGroupInfo><item><groupId>sg-3</groupId><vpcId>vpc-1</vpcId></item><item><ownerId>1</ownerId><groupId>sg-2</groupId><groupName>dev</groupName><ipPermissions/>\
        <vpcId>vpc-1</vpcId></item></securityGroupInfo></DescribeSecurityGroupsResponse>";
    let server = Loopback::answering(200, body);
    let aws = Aws::new(&server.environment());
    let groups = aws.security_groups(&["sg-1", "sg-2"].map(str::to_owned).into()).await;
    assert_eq!(groups, Ok(vec![SecurityGroup { id: "sg-2".to_owned(), vpc: "vpc-1".to_owned() }]));
    let asked = server.asked();
    assert!(asked.header("authorization").contains("/us-east-1/ec2/aws4_request"), "{asked:?}");
    assert_eq!(
        form(&asked),
        ["Action=DescribeSecurityGroups", "Filter.1.Name=group-id", "Filter.1.Value.1=sg-1", "Filter.1.Value.2=sg-2",]
    );
    assert_eq!(aws.security_groups(&[].into()).await, Ok(Vec::new()));
    assert_eq!(server.all_asked().len(), 0, "nothing to ask for");
}

#[tokio::test]
async fn security_groups_that_may_not_be_looked_at_say_so() {
    let body = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized</Message></Error>\
        </Errors><RequestID>r</RequestID></Response>";
    let server = Loopback::answering(403, body);
    let error = Aws::new(&server.environment()).security_groups(&["sg-1".to_owned()].into()).await.expect_err("denied");
    assert_eq!((error.failure, error.code.as_deref()), (Failure::Refused, Some("UnauthorizedOperation")));
    assert_eq!(error.subject, "sg-1");
}

#[tokio::test]
async fn family_and_upgrades_are_those_of_exactly_this_version() {
    let version = |version: &str, family: &str, more: &str| {
        format!(
            "<DBEngineVersion><Engine>postgres</Engine><EngineVersion>{version}</EngineVersion>\
             <DBParameterGroupFamily>{family}</DBParameterGroupFamily>{more}</DBEngineVersion>"
        )
    };
    let target = |engine: &str, version: &str| {
        format!("<UpgradeTarget><Engine>{engine}</Engine><EngineVersion>{version}</EngineVersion></UpgradeTarget>")
    };
    let targets = [target("postgres", "9.6.24"), target("aurora-postgresql", "9.6.22"), target("postgres", "10.23")];
    let targets = format!("<ValidUpgradeTarget>{}</ValidUpgradeTarget>", targets.concat());
    let page = |versions: &[String], marker: &str| {
        let list = versions.concat();
        let result = format!("{marker}<DBEngineVersions>{list}</DBEngineVersions>");
        Reply::Answer(200, answer("DescribeDBEngineVersions", &result))
    };
    let server = Loopback::start(vec![
        page(&[version("9.6.1", "postgres9.6", &targets), version("9.6.11", "other", "")], "<Marker>m</Marker>"),
        page(&[version("9.6", "postgres9.6", &targets)], ""),
    ]);
    let aws = Aws::new(&server.environment());
    let found = |upgrades: Option<&[&str]>| {
        let upgrades = upgrades.map(|versions| versions.iter().map(|version| (*version).to_owned()).collect());
        Ok(Some(EngineVersion { family: "postgres9.6".to_owned(), upgrades }))
    };
    assert_eq!(aws.engine_version("postgres", "9.6").await, found(Some(&["9.6.24", "10.23"])));
    let asked: Vec<Vec<String>> = server.all_asked().iter().map(form).collect();
    let (action, engine, of_it) = ("Action=DescribeDBEngineVersions", "Engine=postgres", "EngineVersion=9.6");
    assert_eq!(
        asked,
        [vec![action, engine, of_it, "MaxRecords=100"], vec![action, engine, of_it, "Marker=m", "MaxRecords=100"]]
    );
    for (more, upgrades) in [("", None), ("<ValidUpgradeTarget></ValidUpgradeTarget>", Some(&[][..]))] {
        let list = format!("<DBEngineVersions>{}</DBEngineVersions>", version("9.6", "postgres9.6", more));
        let (aws, _server) = answering("DescribeDBEngineVersions", &list);
        assert_eq!(aws.engine_version("postgres", "9.6").await, found(upgrades), "{more:?}");
    }
    let (aws, _server) = answering("DescribeDBEngineVersions", "<DBEngineVersions></DBEngineVersions>");
    assert_eq!(aws.engine_version("postgres", "9.6").await, Ok(None));
}

#[tokio::test]
async fn what_can_be_ordered_is_read_from_all_pages() {
    let option = "<OrderableDBInstanceOption><Engine>postgres</Engine><EngineVersion>16.4</EngineVersion>\
        <DBInstanceClass>db.t4g.small</DBInstanceClass><AvailabilityZones><AvailabilityZone><Name>us-east-1b</Name>\
        </AvailabilityZone><AvailabilityZone><Name>us-east-1a</Name></AvailabilityZone></AvailabilityZones>\
        <MultiAZCapable>true</MultiAZCapable><Vpc>true</Vpc><StorageType>gp3</StorageType><SupportsIops>true</SupportsIops>\
        <SupportsStorageThroughput>true</SupportsStorageThroughput>\
        <SupportsStorageAutoscaling>true</SupportsStorageAutoscaling>\
        <SupportsEnhancedMonitoring>true</SupportsEnhancedMonitoring>\
        <SupportsPerformanceInsights>false</SupportsPerformanceInsights><MinStorageSize>20</MinStorageSize>\
        <MaxStorageSize>65536</MaxStorageSize><MinIopsPerDbInstance>3000</MinIopsPerDbInstance>\
        <MaxIopsPerDbInstance>64000</MaxIopsPerDbInstance><MaxIopsPerGib>500.0</MaxIopsPerGib>\
        <MinStorageThroughputPerDbInstance>125</MinStorageThroughputPerDbInstance>\
        <MaxStorageThroughputPerDbInstance>4000</MaxStorageThroughputPerDbInstance>\
        <MaxStorageThroughputPerIops>0.25</MaxStorageThroughputPerIops></OrderableDBInstanceOption>";
    let bare = "<OrderableDBInstanceOption><StorageType>gp2</StorageType></OrderableDBInstanceOption>";
    let page = |options: &str, marker: &str| {
        let result = format!("<OrderableDBInstanceOptions>{options}</OrderableDBInstanceOptions>{marker}");
        Reply::Answer(200, answer("DescribeOrderableDBInstanceOptions", &result))
    };
    let server = Loopback::start(vec![page(option, "<Marker>m</Marker>"), page(bare, "")]);
    let found = Aws::new(&server.environment()).orderable("postgres", "16.4", "db.t4g.small").await.expect("two pages");
    assert_eq!(
        found[0],
        Orderable {
            class: "db.t4g.small".to_owned(),
            version: "16.4".to_owned(),
            storage_type: "gp3".to_owned(),
            zones: ["us-east-1a", "us-east-1b"].map(str::to_owned).into(),
            multi_az: true,
            vpc: true,
            min_storage: Some(20),
            max_storage: Some(65_536),
            min_iops: Some(3000),
            max_iops: Some(64_000),
            iops_per_gib: Some((0.0, 500.0)),
            min_throughput: Some(125),
            max_throughput: Some(4000),
            throughput_per_iops: Some((0.0, 0.25)),
            supports_iops: true,
            supports_throughput: true,
            supports_autoscaling: Some(true),
            supports_monitoring: Some(true),
            supports_insights: Some(false),
        }
    );
    assert_eq!((found.len(), found[1].storage_type.as_str(), found[1].min_iops), (2, "gp2", None));
    assert_eq!((found[1].supports_autoscaling, found[1].supports_insights), (None, None), "not said is not false");
    let asked: Vec<Vec<String>> = server.all_asked().iter().map(form).collect();
    let first = [
        "Action=DescribeOrderableDBInstanceOptions",
        "DBInstanceClass=db.t4g.small",
        "Engine=postgres",
        "EngineVersion=16.4",
        "MaxRecords=100",
    ];
    assert_eq!(asked[0], first);
    assert_eq!((asked.len(), asked[1].contains(&"Marker=m".to_owned())), (2, true));
}

#[tokio::test]
async fn quotas_are_those_of_the_account() {
    let (aws, server) = answering(
        "DescribeAccountAttributes",
        "<AccountQuotas><AccountQuota><AccountQuotaName>DBInstances</AccountQuotaName><Used>7</Used><Max>40</Max></AccountQuota>\
         <AccountQuota><AccountQuotaName>Unsaid</AccountQuotaName></AccountQuota></AccountQuotas>",
    );
    assert_eq!(aws.quotas().await, Ok(vec![Quota { name: "DBInstances".to_owned(), used: 7, max: 40 }]));
    assert_eq!(form(&server.asked()), ["Action=DescribeAccountAttributes"]);
}

#[tokio::test]
async fn a_key_of_storage_is_described() {
    for (metadata, key) in [
        (
            r#""Enabled": true, "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": "Enabled", "KeyManager": "AWS""#,
            StorageKey { enabled: true, encrypts: true, state: "Enabled".to_owned(), of_aws: true },
        ),
        (
            r#""Enabled": false, "KeyUsage": "GENERATE_VERIFY_MAC", "KeyState": "PendingDeletion", "KeyManager": "CUSTOMER""#,
            StorageKey { enabled: false, encrypts: false, state: "PendingDeletion".to_owned(), of_aws: false },
        ),
    ] {
        let server = Loopback::answering(200, &format!(r#"{{"KeyMetadata": {{"KeyId": "k", {metadata}}}}}"#));
        assert_eq!(Aws::new(&server.environment()).storage_key("alias/rds").await, Ok(Some(key)));
        let asked = server.asked();
        assert_eq!(asked.header("x-amz-target"), "TrentService.DescribeKey");
        assert_eq!(asked.json(), json!({"KeyId": "alias/rds"}));
    }
    let server = Loopback::answering(400, r#"{"__type": "NotFoundException", "message": "no such key"}"#);
    assert_eq!(Aws::new(&server.environment()).storage_key("k").await, Ok(None));
    let server = Loopback::answering(400, r#"{"__type": "AccessDeniedException", "message": "no"}"#);
    let error = Aws::new(&server.environment()).storage_key("k").await.expect_err("denied");
    assert_eq!(error.failure, Failure::Refused);
}

#[tokio::test]
async fn the_mail_account_may_be_in_the_sandbox() {
    for (production, sending) in [(false, true), (true, false)] {
        let body = format!(r#"{{"ProductionAccessEnabled": {production}, "SendingEnabled": {sending}}}"#);
        let server = Loopback::answering(200, &body);
        let account = Aws::new(&server.environment()).mail_account().await;
        assert_eq!(account, Ok(MailAccount { production, sending }));
        assert_eq!(server.asked().line, "GET /v2/email/account");
    }
}
