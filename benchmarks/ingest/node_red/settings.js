// Node-RED without an editor. The flows get PostgreSQL's client, one pool, and the ids of all series.
const fs = require("fs");
const { performance } = require("perf_hooks");
const { Pool } = require("pg");

module.exports = {
  uiHost: "127.0.0.1",
  uiPort: Number(process.env.BENCH_PORT),
  httpAdminRoot: false,
  httpNodeRoot: false,
  credentialSecret: false,
  flowFile: "flows.json",
  logging: { console: { level: "warn", metrics: false, audit: false } },
  functionGlobalContext: {
    performance, // a function node has no clock but one of milliseconds
    pool: new Pool({ max: 10 }), // the account comes in PGUSER, PGPASSWORD and so on
    ids: JSON.parse(fs.readFileSync(process.env.BENCH_IDS, "utf8")),
  },
};
