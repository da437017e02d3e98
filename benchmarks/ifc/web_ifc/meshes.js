// All geometry of one model as web-ifc makes it; what it took and what came out, as JSON.
import { readFileSync } from "node:fs";
import { IfcAPI } from "web-ifc";

const api = new IfcAPI();
await api.Init();
const began = performance.now(), used = process.cpuUsage();
const model = api.OpenModel(new Uint8Array(readFileSync(process.argv[2])));
const elements = new Set();
let triangles = 0;
api.StreamAllMeshes(model, (mesh) => {
  for (let i = 0; i < mesh.geometries.size(); i++) {
    const geometry = api.GetGeometry(model, mesh.geometries.get(i).geometryExpressID);
    const corners = api.GetIndexArray(geometry.GetIndexData(), geometry.GetIndexDataSize());
    api.GetVertexArray(geometry.GetVertexData(), geometry.GetVertexDataSize());
    if (corners.length) elements.add(mesh.expressID);
    triangles += corners.length / 3;
    geometry.delete();
  }
});
const spent = process.cpuUsage(used);
console.log(JSON.stringify({
  seconds: (performance.now() - began) / 1000,
  processor_s: (spent.user + spent.system) / 1e6,
  elements: [...elements],
  triangles,
}));
