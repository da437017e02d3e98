// One INSERT a message.
const rows = msg.payload;
global.get("pool").query(
  "INSERT INTO reading (series_id, at, value) " +
    "SELECT * FROM unnest($1::int[], $2::timestamptz[], $3::float8[]) ON CONFLICT DO NOTHING",
  [rows.map((row) => row[0]), rows.map((row) => row[1]), rows.map((row) => row[2])],
).catch((error) => node.error(error.message));
return null;
