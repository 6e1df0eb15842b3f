// The stage `modify` as one would write it for Lambda in Node: what `make bench` measures ours beside.
// It asks of AWS what ours asks, and bench/fairness.py holds them against each other: see ../python/modify.py.

import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  AddTagsToResourceCommand,
  DBInstanceNotFoundFault,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";

// The values that are looked at here hold no quotes and no spaces.
const OPTIONS = Object.fromEntries(
  [...process.env.RDS_ECHO_OPTS.matchAll(/-Drdsecho\.([^=\s]+)=(\S*)/g)].map(([, key, value]) => [key, value]),
);
const NAME = OPTIONS.name;
const OURS = new RegExp(`^${NAME}-20\\d\\d-\\d\\d-\\d\\d(-\\d+)?$`);

// Made once for each process, as AWS advises.
const rds = new RDSClient();
const events = new EventBridgeClient();

export async function handler(event) {
  const identifier = event.detail.SourceArn.split(":").at(-1);
  if (!OURS.test(identifier)) {
    return { did: "nothing", why: `${identifier} is none of ours` };
  }
  let instance;
  try {
    const described = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }));
    instance = described.DBInstances[0];
  } catch (error) {
    if (error instanceof DBInstanceNotFoundFault) {
      return { did: "nothing", why: `${identifier} is gone` };
    }
    throw error;
  }
  const prefix = `rdsecho:${NAME}:`;
  const tags = Object.fromEntries((instance.TagList ?? []).map(({ Key, Value }) => [Key.replace(prefix, ""), Value]));
  const resource = tags.resource ?? instance.DbiResourceId;
  if (tags.managed !== "true" || tags.id !== identifier || resource !== instance.DbiResourceId) {
    return { did: "refuses", why: `${identifier} does not carry our tags` };
  }
  if (tags.stage !== "new") {
    return { did: "nothing", why: `its stage is ${tags.stage}` };
  }
  if (instance.DBInstanceStatus !== "available" || Object.keys(instance.PendingModifiedValues ?? {}).length > 0) {
    return { did: "waits", why: `it is ${instance.DBInstanceStatus}, or something is pending` };
  }
  if (tags.resource === undefined) {
    await tag(instance, { resource: instance.DbiResourceId });
  }
  const changes = differences(instance);
  if (Object.keys(changes).length > 0) {
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: identifier, ApplyImmediately: true, ...changes }));
  }
  const now = Math.floor(Date.now() / 1000);
  const took = now - Math.floor(Date.parse(tags.since) / 1000);
  const since = new Date(now * 1000).toISOString().replace(".000Z", "Z");
  await tag(instance, { since, stage: "modified", took: `new ${took}` });
  await announce(instance, { echo: NAME, instance: identifier, from: "new", to: "modified", since });
  return { did: "advanced", what: `modification requested: ${Object.keys(changes).join(", ")}` };
}

// What is wanted and not so, by the names of modify's parameters.
function differences(instance) {
  const changes = {};
  const group = OPTIONS["mod.dbParameterGroupName"];
  if (group && instance.DBParameterGroups[0].DBParameterGroupName !== group) {
    changes.DBParameterGroupName = group;
  }
  const days = OPTIONS["mod.backupRetentionPeriod"];
  if (days && instance.BackupRetentionPeriod !== Number(days)) {
    changes.BackupRetentionPeriod = Number(days);
  }
  if (!instance.DeletionProtection) {
    changes.DeletionProtection = true;
  }
  return changes;
}

async function tag(instance, tags) {
  const Tags = Object.entries(tags).map(([key, Value]) => ({ Key: `rdsecho:${NAME}:${key}`, Value }));
  await rds.send(new AddTagsToResourceCommand({ ResourceName: instance.DBInstanceArn, Tags }));
}

async function announce(instance, detail) {
  const entry = { Source: "rds-echo", DetailType: "Echo Stage Changed", Resources: [instance.DBInstanceArn] };
  const answer = await events.send(new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }));
  if (answer.FailedEntryCount > 0) {
    console.log(`EventBridge took no announcement of ${detail.instance}: ${JSON.stringify(answer.Entries[0])}`);
  }
}
