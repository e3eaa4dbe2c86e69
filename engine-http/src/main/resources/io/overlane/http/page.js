// SPDX-License-Identifier: Apache-2.0
'use strict';

const SVG = 'http://www.w3.org/2000/svg';
const FDB_ROWS = 50;
const PERIOD_MS = 1000;

const state = { pages: new Set(), engine: null, engines: [], before: new Map(), histograms: [], round: 0 };

const byId = id => document.getElementById(id);

function element(name, className, text) {
  const node = document.createElement(name);
  if (className) { node.className = className; }
  if (text !== undefined) { node.textContent = text; }
  return node;
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  return node;
}

function number(value) {
  for (const [unit, size] of [['G', 1e9], ['M', 1e6], ['k', 1e3]]) {
    if (value >= size) { return (value / size).toPrecision(3) + ' ' + unit; }
  }
  return String(Math.round(value)) + ' ';
}

function time(ns) {
  for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['µs', 1e3]]) {
    if (ns >= size) { return (ns / size).toPrecision(3) + ' ' + unit; }
  }
  return Math.round(ns) + ' ns';
}

async function get(path) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 5000);
  try {
    const answer = await fetch(path, { signal: limit.signal, cache: 'no-store' });
    return { status: answer.status, text: await answer.text(), next: answer.headers.has('Link') };
  } finally {
    clearTimeout(timer);
  }
}

/** The JSON of a page; null if there is no such page or it has no answer now. */
async function json(name, query) {
  if (!state.pages.has('/api/' + name)) { return null; }
  const words = [];
  if (query) { words.push(query); }
  if (state.engines.length > 1 && name !== 'history' && name !== 'version') {
    words.push('dev=' + encodeURIComponent(state.engine));
  }
  const answer = await get('api/' + name + (words.length ? '?' + words.join('&') : ''));
  return answer.status === 200 ? Object.assign({ next: answer.next }, { value: JSON.parse(answer.text) }) : null;
}

/** Change per second since the last call with this key. */
function rate(key, value) {
  const now = performance.now();
  const before = state.before.get(key);
  state.before.set(key, { value, now });
  return before && now > before.now ? Math.max(0, value - before.value) * 1000 / (now - before.now) : 0;
}

function chart(parent, index, className, title, values, unit) {
  while (parent.children.length <= index) {
    const figure = element('figure');
    const caption = element('figcaption');
    caption.append(element('span'), element('b'));
    const drawing = shape('svg', { viewBox: '0 0 300 100', preserveAspectRatio: 'none', role: 'img' });
    drawing.append(shape('path', { class: 'area' }), shape('path', { class: 'curve' }));
    const scale = element('div', 'scale');
    scale.append(element('span'), element('span'));
    figure.append(caption, drawing, scale);
    parent.append(figure);
  }
  const figure = parent.children[index];
  const [caption, drawing, scale] = figure.children;
  figure.className = className;
  const top = Math.max(1, ...values);
  const last = values.length ? values[values.length - 1] : 0;
  caption.children[0].textContent = title;
  caption.children[1].textContent = number(last) + unit;
  const points = values.map((value, i) =>
    (300 - (values.length - 1 - i)).toFixed(1) + ' ' + (98 - 94 * value / top).toFixed(1));
  const line = points.length ? 'M' + points.join('L') : '';
  drawing.setAttribute('aria-label', title);
  drawing.children[1].setAttribute('d', line);
  drawing.children[0].setAttribute('d', line && line + 'L300 100L' + (301 - values.length) + ' 100Z');
  scale.children[0].textContent = '5 minutes ago';
  scale.children[1].textContent = 'highest ' + number(top) + unit;
}

/** Bars for buckets of [from, to, count]; each bucket is an octave. */
function bars(parent, className, title, buckets, name) {
  const figure = element('figure', className);
  const caption = element('figcaption');
  const count = buckets.reduce((sum, bucket) => sum + bucket[2], 0);
  caption.append(element('span', '', title), element('b', '', number(count) + 'frames'));
  const drawing = shape('svg', { viewBox: '0 0 300 100', preserveAspectRatio: 'none', role: 'img', 'aria-label': title });
  const scale = element('div', 'scale');
  if (buckets.length) {
    const first = Math.log2(buckets[0][1]);
    const columns = Math.log2(buckets[buckets.length - 1][1]) - first + 1;
    const top = Math.max(...buckets.map(bucket => bucket[2]));
    buckets.forEach(bucket => {
      const height = Math.max(1, 96 * bucket[2] / top);
      const bar = shape('rect', { class: 'bar', x: 300 * (Math.log2(bucket[1]) - first) / columns + 1, y: 100 - height,
        width: 300 / columns - 2, height: height });
      bar.append(shape('title', {}));
      bar.firstChild.textContent = name(bucket[0]) + ' to ' + name(bucket[1]) + ': ' + bucket[2];
      drawing.append(bar);
    });
    scale.append(element('span', '', name(buckets[0][0] || 1)),
      element('span', '', name(buckets[buckets.length - 1][1])));
  }
  figure.append(caption, drawing, scale);
  parent.append(figure);
}

/** Columns are [heading, value of a row, is it a number]. */
function table(id, rows, columns, note) {
  const section = byId(id);
  section.hidden = rows === null;
  if (rows === null) { return; }
  const place = section.querySelector('.table');
  const made = element('table');
  const head = made.createTHead().insertRow();
  columns.forEach(([heading, , isNumber]) => head.append(element('th', isNumber ? 'number' : '', heading)));
  const body = made.createTBody();
  rows.forEach(row => {
    const line = body.insertRow();
    columns.forEach(([, value, isNumber]) => {
      const shown = value(row);
      line.append(element('td', isNumber ? 'number' : '', shown === null || shown === undefined ? '–' : shown));
    });
  });
  place.replaceChildren(rows.length ? made : element('p', 'note', 'none'));
  if (note) { place.append(element('p', 'note', note)); }
}

async function showHistory() {
  const history = await json('history');
  state.engines = history.value.engines;
  const names = state.engines.map(engine => engine.name);
  if (!names.includes(state.engine)) { state.engine = names.length ? names[0] : null; }
  const choice = byId('engine');
  choice.hidden = names.length < 2;
  if (Array.from(choice.options, option => option.value).join() !== names.join()) {
    choice.replaceChildren(...names.map(name => new Option(name)));
    choice.value = state.engine;
  }
  const engine = state.engines.find(one => one.name === state.engine);
  const place = byId('throughput');
  if (!engine) {
    place.replaceChildren(element('p', 'note', 'no engine runs here'));
    return;
  }
  if (place.querySelector('p')) { place.replaceChildren(); }
  chart(place, 0, 'encap', 'sent', engine.encap.bits_s, 'bit/s');
  chart(place, 1, 'decap', 'received', engine.decap.bits_s, 'bit/s');
  chart(place, 2, 'encap', 'frames sent', engine.encap.frames_s, '/s');
  chart(place, 3, 'decap', 'frames received', engine.decap.frames_s, '/s');
  chart(place, 4, 'bad', 'dropped', engine.encap.dropped_s.map((value, i) => value + engine.decap.dropped_s[i]), '/s');
}

async function showHealth() {
  const answer = await get('healthz');
  byId('health').textContent = answer.status === 200 ? 'running' : answer.text.trim();
  byId('health').className = answer.status === 200 ? '' : 'bad';
}

async function showStats() {
  const stats = await json('stats');
  if (stats) { byId('about').textContent = 'at ' + stats.value.local; }
  const traffic = (key, row) => Object.assign({
    up: rate(key + ' up', row.sent_bytes) * 8, down: rate(key + ' down', row.received_bytes) * 8 }, row);
  const columns = [
    ['sent', row => number(row.up) + 'bit/s', true], ['received', row => number(row.down) + 'bit/s', true],
    ['frames sent', row => number(row.sent), true], ['received', row => number(row.received), true]];
  table('remotes', stats && stats.value.remotes.map(row => traffic('remote ' + row.remote, row)),
    [['remote', row => row.remote === null ? 'not configured' : row.remote], ...columns]);
  table('segments', stats && stats.value.segments ?
    stats.value.segments.map(row => traffic('segment ' + row.vni, row)) : null,
    [['VNI', row => row.vni], ...columns]);
  const contexts = stats && stats.value.contexts || [];
  table('contexts', contexts.length ? contexts.map(row => traffic('context ' + row.context, {
    context: row.context, dropped: row.dropped, sent: row.from_ports, sent_bytes: row.from_ports_bytes,
    received: row.from_remotes, received_bytes: row.from_remotes_bytes })) : null,
    [['context', row => row.context],
      ['routed from devices', row => number(row.up) + 'bit/s', true],
      ['from remotes', row => number(row.down) + 'bit/s', true],
      ['frames', row => number(row.sent + row.received), true], ['dropped', row => number(row.dropped), true]]);
}

async function showDrops() {
  const drops = await json('drops');
  table('drops', drops && drops.value.counts.slice(0, 20), [
    ['direction', row => row.path], ['reason', row => row.reason], ['VNI', row => row.vni],
    ['remote', row => row.remote], ['frames', row => row.frames, true],
    ['per second', row => number(rate(['drop', row.path, row.reason, row.vni, row.remote].join(' '), row.frames)), true]]);
}

async function showFdb() {
  const fdb = await json('fdb', 'limit=' + FDB_ROWS);
  table('fdb', fdb && fdb.value, [
    ['MAC', row => row.mac], ['VNI', row => row.vni], ['remote', row => row.dst], ['device', row => row.dev],
    ['kind', row => row.kind], ['age', row => row.age_s === null ? null : row.age_s + ' s', true]],
    fdb && fdb.next ? 'The first ' + FDB_ROWS + ' entries; api/fdb has all.' : '');
}

/** The buckets less those of a minute ago. */
function recent(row, before) {
  const old = new Map((before ? before.buckets : []).map(bucket => [bucket[1], bucket[2]]));
  return row.buckets
    .map(bucket => [bucket[0], bucket[1], bucket[2] - (old.get(bucket[1]) || 0)])
    .filter(bucket => bucket[2] > 0);
}

async function showHistograms() {
  const answer = await json('histograms');
  for (const [id, what, name] of [['latency', 'latency_ns', time], ['batches', 'batch_frames', String]]) {
    const rows = answer ? answer.value.histograms.filter(row => row.what === what) : [];
    const section = byId(id);
    section.hidden = !answer;
    const place = section.querySelector('.charts');
    place.replaceChildren();
    const before = state.histograms.length ? state.histograms[0] : [];
    rows.forEach(row => bars(place, row.path, row.path === 'encap' ? 'sending' : 'receiving',
      recent(row, before.find(old => old.what === what && old.path === row.path)), name));
    if (answer && what === 'latency_ns' && !answer.value.latency) {
      place.append(element('p', 'note', "Not measured now; 'ctl latency on' begins."));
    }
  }
  if (answer) { state.histograms.push(answer.value.histograms); }
  if (state.histograms.length > 30) { state.histograms.shift(); }
}

async function showLeases() {
  const leases = state.pages.has('/api/flannel/leases') ? await get('api/flannel/leases') : null;
  table('leases', leases && leases.status === 200 ? JSON.parse(leases.text).slice(0, FDB_ROWS) : null, [
    ['subnet', row => row.subnet || row.subnet_v6], ['node', row => row.public_ip || row.public_ip_v6],
    ['backend', row => row.backend], ['', row => row.own ? 'this node' : '']]);
}

async function round() {
  try {
    if (!state.pages.size) {
      JSON.parse((await get('api')).text).forEach(page => state.pages.add(page.path));
    }
    await showHistory();
    await showHealth();
    if (state.round++ % 2 === 0) {
      await showStats();
      await showHistograms();
      await showDrops();
      await showFdb();
      await showLeases();
    }
  } catch (failure) {
    byId('health').textContent = 'no answer';
    byId('health').className = 'bad';
  }
  setTimeout(round, PERIOD_MS);
}

byId('engine').addEventListener('change', event => {
  state.engine = event.target.value;
  state.before.clear();
  state.histograms = [];
  state.round = 0;
});
round();
