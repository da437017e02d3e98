// One INSERT for 1,000 messages, or for those of 200 ms.
const MESSAGES = 1000;
const WAIT_MS = 200;
const batch = context.get("batch") || { messages: 0, ids: [], ats: [], values: [], timer: null };
context.set("batch", batch);

function write() {
  clearTimeout(batch.timer);
  const columns = [batch.ids, batch.ats, batch.values];
  Object.assign(batch, { messages: 0, ids: [], ats: [], values: [], timer: null });
  global.get("pool").query(
    "INSERT INTO reading (series_id, at, value) " +
      "SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::float8[]) ON CONFLICT DO NOTHING",
    columns,
  ).catch((error) => node.error(error.message));
}

for (const [id, at, value] of msg.payload) {
  batch.ids.push(id);
  batch.ats.push(at);
  batch.values.push(value);
}
batch.messages += 1;
if (batch.messages >= MESSAGES) {
  write();
} else if (!batch.timer) {
  batch.timer = setTimeout(write, WAIT_MS);
}
return null;
