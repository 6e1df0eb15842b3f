//! What is said of each setting that is no parameter of a DB instance, part by part.

/// The parts of a settings file, in their order.
pub(in crate::settings) const PARTS: [&str; 9] =
    [GENERAL, RESTORE, MODIFICATION, REBOOT, PROMOTION, APPROVAL, RETIREMENT, TROUBLE, CHECK];

const GENERAL: &str = "General";
pub(super) const RESTORE: &str = "Restore";
pub(super) const MODIFICATION: &str = "Modification";
const REBOOT: &str = "Reboot";
const PROMOTION: &str = "Promotion";
const APPROVAL: &str = "Approval";
const RETIREMENT: &str = "Retirement";
const TROUBLE: &str = "When it goes wrong";
const CHECK: &str = "Check";

pub(super) const FLAG: &str = "true or false";

/// A [`Key`] that is no parameter of a DB instance, named without its prefix.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) part: &'static str,
    pub(super) meaning: &'static str,
    pub(super) allowed: &'static str,
    pub(super) default: Option<&'static str>,
    pub(super) example: &'static str,
    pub(super) required: bool,
    pub(super) list: bool,
}

impl Row {
    const fn required(
        part: &'static str,
        name: &'static str,
        meaning: &'static str,
        allowed: &'static str,
        example: &'static str,
    ) -> Row {
        Row { name, part, meaning, allowed, default: None, example, required: true, list: false }
    }

    const fn optional(
        part: &'static str,
        name: &'static str,
        meaning: &'static str,
        allowed: &'static str,
        example: &'static str,
    ) -> Row {
        Row { name, part, meaning, allowed, default: None, example, required: false, list: false }
    }

    /// One with a default, which is its example too.
    const fn default(
        part: &'static str,
        name: &'static str,
        meaning: &'static str,
        allowed: &'static str,
        default: &'static str,
    ) -> Row {
        Row { name, part, meaning, allowed, default: Some(default), example: default, required: false, list: false }
    }

    const fn list(
        part: &'static str,
        name: &'static str,
        meaning: &'static str,
        allowed: &'static str,
        example: &'static str,
    ) -> Row {
        Row { name, part, meaning, allowed, default: None, example, required: false, list: true }
    }
}

pub(super) const ROWS: &[Row] = &[
    Row::required(
        GENERAL,
        "name",
        "The echo's name. Its instances are called NAME-yyyy-MM-dd, and its tags begin with rdsecho:NAME:.",
        "letters, digits and single hyphens",
        "dev",
    ),
    Row::required(
        GENERAL,
        "snapshot.dbInstanceIdentifier",
        "The instance whose latest snapshot is restored, typically production.",
        "the identifier of a DB instance that is none of this echo's own",
        "production",
    ),
    Row {
        default: Some("automated,manual"),
        ..Row::list(
            GENERAL,
            "snapshot.types",
            "Which snapshots of it may be restored. What AWS Backup keeps is left out unless it is named here.",
            "automated, manual and awsbackup, separated by commas; shared too where snapshot.account is set",
            "automated,manual",
        )
    },
    Row::optional(
        GENERAL,
        "snapshot.account",
        "The account of that instance where it is another: what it shares with this one is restored, beside \
         rdsecho.snapshot.types or, where that is not set, alone.",
        "the twelve digits of an account",
        "111122223333",
    ),
    Row::optional(
        GENERAL,
        "snapshot.maxAgeHours",
        "Nothing is restored from data that is older. Without it any age will do, and over 48 hours is doubtful.",
        "hours, 1 to 8784",
        "36",
    ),
    Row::optional(
        GENERAL,
        "region",
        "The AWS region. Where given, nothing runs in another one.",
        "the name of a region",
        "us-east-1",
    ),
    Row::optional(
        GENERAL,
        "accountNumber",
        "The AWS account. Where given, nothing runs in another one.",
        "the digits of an account",
        "123456789012",
    ),
    Row::default(
        GENERAL,
        "interactive",
        "Whether the command line asks before each change. The functions have nobody to ask.",
        FLAG,
        "false",
    ),
    Row::default(
        GENERAL,
        "maxInstances",
        "How many of this echo's instances may live at once. Where that is reached, those whose request was \
         cancelled or ran out are given up.",
        "a number of instances, 2 to 40",
        "4",
    ),
    Row::default(
        GENERAL,
        "settleMinutes",
        "How long after a modification or a reboot the status `available` is not believed.",
        "minutes, 0 to 60",
        "2",
    ),
    Row::default(
        RESTORE,
        "new.minimumAgeHours",
        "No new instance is restored while the newest is younger.",
        "hours, 0 to 8784",
        "24",
    ),
    Row::list(
        RESTORE,
        "new.tags",
        "Your own tags for the instance, from its restore on.",
        "key=value pairs separated by commas; letters, digits, spaces and _ . : / = + - @",
        "purpose=development,team=data",
    ),
    Row::default(
        MODIFICATION,
        "mod.applyImmediately",
        "Whether the modification is made at once; false waits for the maintenance window.",
        FLAG,
        "true",
    ),
    Row::default(
        REBOOT,
        "reboot",
        "Whether an instance is rebooted after each modification, or only where a parameter group waits for it.",
        "always or when-needed",
        "always",
    ),
    Row::required(
        PROMOTION,
        "promote.cname",
        "The DNS name that people use. It is pointed at the promoted instance.",
        "a DNS name; the dot at its end may be left out",
        "dev-db.example.com",
    ),
    Row::optional(
        PROMOTION,
        "promote.hostedZoneId",
        "The hosted zone of that name in Route 53.",
        "the identifier of a hosted zone",
        "Z0123456789ABCDEFGHIJ",
    ),
    Row::default(PROMOTION, "promote.ttl", "How long resolvers may keep that record.", "seconds, 0 to 172800", "60"),
    Row::list(
        PROMOTION,
        "promote.tags",
        "Your own tags for the promoted instance, from its promotion on.",
        "key=value pairs separated by commas; letters, digits, spaces and _ . : / = + - @",
        "in-use=yes",
    ),
    Row::default(
        APPROVAL,
        "promote.approval",
        "Whether a promotion needs somebody's approval; none promotes without asking anybody.",
        "required or none",
        "required",
    ),
    Row::list(
        APPROVAL,
        "promote.approvers",
        "Who is asked by mail. The functions need them, unless approval is none. Where the command line has none, a \
         person approves there by typing the instance's identifier.",
        "mail addresses separated by commas",
        "ann@example.com,bob@example.com",
    ),
    Row::default(
        APPROVAL,
        "promote.approvals",
        "How many of the approvers must confirm. One cancel stops the promotion, whoever it is from.",
        "a number of approvers, 1 to 14",
        "1",
    ),
    Row::default(
        APPROVAL,
        "promote.expiryHours",
        "How long the links in the mails work; up to the next full ten minutes.",
        "hours, 1 to 720",
        "72",
    ),
    Row::default(
        APPROVAL,
        "promote.windowHours",
        "How long after that a promotion may still act on confirmations that were made in time. It must not be \
         shorter than the functions' fallback interval, or a lost event can cost a confirmation.",
        "hours, 0 to 720",
        "1",
    ),
    Row::optional(
        APPROVAL,
        "promote.sender",
        "Where the mails come from.",
        "a mail address that SES has verified",
        "rds-echo@example.com",
    ),
    Row::optional(
        APPROVAL,
        "promote.replyTo",
        "The person whom answers to these mails reach, and whom they name for questions.",
        "a mail address",
        "platform@example.com",
    ),
    Row::default(
        APPROVAL,
        "promote.timeZone",
        "The time zone of the times in mails and on the page.",
        "a name of the IANA time zone database, such as Europe/Berlin, or UTC",
        "UTC",
    ),
    Row::optional(
        APPROVAL,
        "promote.reminderHours",
        "How long before the links end those who have not answered are mailed once more; 0 for never. Without it, a \
         third of promote.expiryHours.",
        "hours, 0 to 720, less than promote.expiryHours",
        "12",
    ),
    Row::optional(
        APPROVAL,
        "promote.url",
        "What the links in the mails begin with.",
        "the address of the approve function",
        "https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws",
    ),
    Row::optional(
        APPROVAL,
        "promote.keyId",
        "The KMS key that signs the links.",
        "the identifier, ARN or alias of an HMAC_256 key",
        "alias/rds-echo/dev",
    ),
    Row::default(
        RETIREMENT,
        "retire.graceHours",
        "How long a forgotten instance is kept before it is retired.",
        "hours, 0 to 8784",
        "24",
    ),
    Row::default(
        RETIREMENT,
        "retire.skipFinalSnapshot",
        "Whether an instance is destroyed without a final snapshot.",
        FLAG,
        "false",
    ),
    Row::default(
        RETIREMENT,
        "retire.finalDbSnapshotIdentifier",
        "The name of the final snapshot, where {instance} stands for the instance's identifier, {name} for the echo's \
         name, and {date} for the day of the deletion (UTC). Where that name is taken, -2 and so on is added.",
        "letters, digits and single hyphens, {instance}, {name} and {date}; at most 235 characters",
        "{instance}-final",
    ),
    Row::optional(
        RETIREMENT,
        "retire.keepFinalSnapshots",
        "How many final snapshots of this echo are kept, the newest. Without this and retire.keepFinalSnapshotDays none \
         is ever deleted; with both, one that either of them keeps stays.",
        "a number of snapshots, 1 to 100",
        "5",
    ),
    Row::optional(
        RETIREMENT,
        "retire.keepFinalSnapshotDays",
        "How long final snapshots of this echo are kept.",
        "days, 1 to 3650",
        "90",
    ),
    Row::default(
        RETIREMENT,
        "retire.connectionMinutes",
        "How long nobody may have been connected to an instance, as CloudWatch counts, before it is retired, and again \
         before it is destroyed; 0 does not look.",
        "minutes, 0 to 1440",
        "0",
    ),
    Row::default(
        TROUBLE,
        "retries",
        "How many more copies are tried in a row once one has failed, each at the next turn of `new`. Then none is \
         restored until the last failed one is gone. A row lasts as long as its last failed copy lives: where `new` \
         comes more seldom than that, each copy is a first try.",
        "a number of copies, 0 to 20",
        "2",
    ),
    Row::list(
        TROUBLE,
        "notify",
        "Who is told of trouble by mail: a copy that failed, is stuck, or is in use and stopped. Without it \
         promote.replyTo, and without that the approvers. Without promote.sender nobody is mailed.",
        "mail addresses separated by commas",
        "platform@example.com,on-call@example.com",
    ),
    Row::default(
        TROUBLE,
        "stuck.hours",
        "After how long in a stage a copy is stuck, which is told once. It holds for a stage without a limit of its \
         own, of which nothing was learned; after one copy, `new` and `modified` are three times what that one took, \
         but at least 12 hours (or this, where it is less) and at most four times this.",
        "hours, 1 to 8784",
        "48",
    ),
    Row::optional(
        TROUBLE,
        "stuck.newHours",
        "The limit of the stage `new`: since the restore was asked for.",
        "hours, 1 to 8784",
        "36",
    ),
    Row::optional(
        TROUBLE,
        "stuck.modifiedHours",
        "The limit of the stage `modified`: since the modification was asked for. Where mod.applyImmediately is false \
         it must leave time for the maintenance window.",
        "hours, 1 to 8784",
        "4",
    ),
    Row::optional(
        TROUBLE,
        "stuck.rebootedHours",
        "The limit of the stage `rebooted`, where nobody has been asked; and how long after the end of its request a \
         copy may be left over.",
        "hours, 1 to 8784",
        "48",
    ),
    Row::optional(
        TROUBLE,
        "stuck.forgottenHours",
        "The limit of the stage `forgotten`: since the end of its grace period.",
        "hours, 1 to 8784",
        "24",
    ),
    Row::optional(
        TROUBLE,
        "stuck.retiredHours",
        "The limit of the stage `retired`: since the point of no return.",
        "hours, 1 to 8784",
        "12",
    ),
    Row::list(
        CHECK,
        "check.roles",
        "The roles of the deployed functions, which rds-echo check asks IAM about. The stack gives them to the command \
         line; nothing else reads them.",
        "FUNCTION=ROLE pairs separated by commas: the names of roles",
        "new=rds-echo-dev-NewRole-AbCdEf,retire=rds-echo-dev-RetireRole-GhIjKl",
    ),
];
