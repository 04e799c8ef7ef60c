// Pictures of TensorBoard's tabs: node --experimental-websocket shoot.js TENSORBOARD DEVTOOLS FOLDER, both addresses of running servers.
const fs = require('fs');
const [tensorboard, devtools, folder] = process.argv.slice(2);
const tabs = ['scalars', 'images', 'text', 'distributions', 'histograms', 'graphs'];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// The graph as a traced run had it, coloured by what each operation took.
const traced = `(async () => {
  const find = (root) => { for (const e of root.querySelectorAll('*')) {
    if (e.localName === 'tf-graph-controls') return e;
    const within = e.shadowRoot && find(e.shadowRoot); if (within) return within; } };
  const controls = find(document);
  controls.set('_selectedTagIndex', 1); // 0 is the graph by itself
  await new Promise((done) => setTimeout(done, 9000));
  controls.set('colorBy', 'compute_time');
  await new Promise((done) => setTimeout(done, 2000));
  return JSON.stringify(controls.selection || null);
})()`;

(async () => {
  const page = await (await fetch(devtools + '/json/new?about:blank', { method: 'PUT' })).json();
  const socket = new WebSocket(page.webSocketDebuggerUrl), waiting = {};
  let calls = 0;
  socket.onmessage = (m) => { const d = JSON.parse(m.data); if (waiting[d.id]) waiting[d.id](d.result); };
  await new Promise((open) => { socket.onopen = open; });
  const call = (method, params) => new Promise((done) => {
    waiting[++calls] = done;
    socket.send(JSON.stringify({ id: calls, method, params }));
  });
  for (const tab of tabs) {
    await call('Emulation.setDeviceMetricsOverride', { width: 1060, height: 620, deviceScaleFactor: 0.75, mobile: false });
    await call('Page.navigate', { url: 'about:blank' });
    await call('Page.navigate', { url: tensorboard + '/#' + tab });
    await sleep(tab === 'graphs' ? 10000 : 6000);
    if (tab === 'graphs')
      console.log((await call('Runtime.evaluate', { expression: traced, awaitPromise: true })).result.value);
    const picture = await call('Page.captureScreenshot', { format: 'png' });
    fs.writeFileSync(`${folder}/${tab}.png`, Buffer.from(picture.data, 'base64'));
  }
  process.exit(0);
})();
