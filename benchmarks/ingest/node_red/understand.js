// A message becomes rows [series id, time, value]; a plain value is stamped at arrival, to the microsecond.
const ids = global.get("ids");
if (msg.payload[0] !== "{") {
  const performance = global.get("performance");
  const now = performance.timeOrigin + performance.now();
  const at = new Date(now).toISOString().slice(0, 20) + String(Math.floor((now * 1000) % 1e6)).padStart(6, "0") + "Z";
  msg.payload = [[ids[msg.topic], at, Number(msg.payload)]];
  return msg;
}
const said = JSON.parse(msg.payload);
msg.payload = Object.keys(said)
  .filter((name) => name !== "time")
  .map((name) => [ids[`${msg.topic}/${name}`], said.time, said[name]]);
return msg;
