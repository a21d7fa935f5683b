// How each table lies on Citus, when there is more than one machine: a reference table is whole on every machine, a
// distributed one is split by a column. On one server it makes no difference, but the rules that it asks for are kept
// from the first table on (citus-rules.ts, with a test on the live catalogue):
// a new table is entered here, in the migration's own change.

/** The column that a table is distributed by, or 'reference'. */
export type Distribution = 'reference' | { readonly by: string };

const byUser = { by: 'user_id' };
const byDevice = { by: 'device' };
const byMeteringPoint = { by: 'mpxn' };

export const distribution: Readonly<Record<string, Distribution>> = {
  migration: 'reference',
  party: 'reference',
  user_id: 'reference',
  user_role: 'reference',
  certificate: 'reference',
  directory_version: 'reference',
  devices_changed: 'reference',
  threshold: 'reference',
  threshold_version: 'reference',
  threshold_bound: 'reference',
  attribute_limit: 'reference',
  officer: 'reference',
  officer_policy: 'reference',
  person: 'reference',
  person_role: 'reference',
  tried_code: 'reference',
  wrong_password: 'reference',
  invitation: 'reference',
  people_activity: 'reference',
  device: byDevice,
  responsibility: byDevice,
  registration: byMeteringPoint,
  metering_point_device: byMeteringPoint,
  lane: byUser,
  message_log: byUser,
  message_device: byUser,
  stream: byUser,
  stream_cursor: byUser,
  delivery: byUser,
  highest_counter: byUser,
  replay_horizon: byUser,
  service_event: byUser,
  submission: byUser,
  submission_upload: byUser,
  submission_chunk: byUser,
  submission_signature: byUser,
  held_decision: byUser,
  event_decision: byUser,
  release: byUser,
  release_switch: byUser,
  release_span: byUser,
  release_refusal: byUser,
  alert_cursor: byUser,
  traffic_count: byUser,
  quarantine_note: byUser,
  incident: byUser,
  notice: byUser,
  threshold_count: byUser,
  threshold_bucket: byUser,
  threshold_warning: byUser,
  day_count: byUser,
  hour_count: byUser,
  minute_end: byUser,
  sum_cursor: byUser,
  threshold_usage: byUser,
  quarantine_event: byUser,
  held_message: byUser,
  record_reading: byUser,
};
