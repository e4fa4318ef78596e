'use strict';
// check.js --engine E --modules NODE_MODULES --db DIR --log COMMITLOG [--until-lo NS] [--until-hi NS] [--expect N] [--rows FILE]
// Opens a closed directory with the same RocksDB version that wrote it and compares every key with the commit log; with
// --rows what another program read of it instead (of one family: "key value" in hex, a line each). One
// line of JSON as ledger_check's; exit status 0: equal and within the interval, 1: not, 2: it does not open.
const fs = require('fs');
const {parseArgs} = require('util');
const engines = require('./engines');
const {ACCOUNTS, OPENING, readLog, owner, expected} = require('./ledger');

const {values: opt} = parseArgs({options: {
  'engine': {type: 'string'}, 'modules': {type: 'string'}, 'db': {type: 'string'}, 'log': {type: 'string'},
  'until-lo': {type: 'string'}, 'until-hi': {type: 'string'}, 'expect': {type: 'string'}, 'rows': {type: 'string'},
}});

function openRows(file) {
  const rows = fs.readFileSync(file, 'ascii').split('\n').filter(Boolean).map(
      line => line.split(' ').map(word => Buffer.from(word, 'hex')));
  return {
    get: async (family, key) => rows.find(([k]) => k.equals(Buffer.from(key)))?.[1].toString(),
    scan: async (family, each) => rows.forEach(([key, value]) => each(key, value)),
    close: async () => {},
  };
}

async function compare(db, state, verdict) {
  for (const [family, keys] of state) {
    let seen = 0;
    await db.scan(family, (key, value) => {
      ++verdict.keys;
      verdict.bytes += key.length + value.length;
      const name = key.toString(), want = keys.get(name);
      if (name.startsWith('a/')) verdict.sum += parseInt(value.toString(), 10);
      if (want === undefined) verdict.differences.push(`${family}: unexpected key ${name}`);
      else if (!value.equals(Buffer.from(want))) verdict.differences.push(`${family}: other value of ${name}`);
      else ++seen;
    });
    if (seen !== keys.size) verdict.differences.push(`${family}: ${seen} of ${keys.size} keys are right`);
  }
  verdict.invariant_ok = verdict.sum === ACCOUNTS * OPENING;
  verdict.equal = verdict.differences.length === 0 && verdict.invariant_ok;
  verdict.differences.splice(8);
}

function judgeInterval(epochs, epoch, n, verdict) {
  const times = (e, i) => ({before: owner(epochs, e, i)?.before.get(i), after: owner(epochs, e, i)?.after.get(i)});
  verdict.before_ns = Number(times(epoch, n).before);
  verdict.acked_ns = Number(times(epoch, n).after ?? 0n);
  verdict.next_before_ns = Number(times(epoch, n + 1).before ?? 0n);
  verdict.interval_ok = opt.expect === undefined || +opt.expect === n;
  if (opt['until-hi'] !== undefined && times(epoch, n).before > BigInt(opt['until-hi'])) verdict.interval_ok = false;
  if (opt['until-lo'] === undefined) return;
  const lo = BigInt(opt['until-lo']);
  const then = epochs.filter(e => e.startedNs <= lo).at(-1);
  let must = then ? then.resumedAt : -1;
  for (const [i, after] of then ? then.after : []) if (after <= lo) must = Math.max(must, i);
  verdict.must_have = must;
  if (must > n || (must >= 0 && owner(epochs, then.id, must) !== owner(epochs, epoch, must))) verdict.interval_ok = false;
}

async function main() {
  const {epochs} = readLog(opt.log);
  const families = engines.FAMILIES[opt.engine];
  const db = opt.rows ? openRows(opt.rows) : await engines.open(opt.engine, opt.modules, opt.db, {create: false});
  const verdict = {equal: false, interval_ok: true, commit: -1, keys: 0, bytes: 0, sum: 0, differences: []};
  const head = await db.get('default', '!commit');
  const [n, made] = (head ?? '-1.-1').split('.').map(Number);
  verdict.commit = n;
  // The newest line on which commit n carries that epoch.
  const line = epochs.filter(e => owner(epochs, e.id, n)?.id === made).at(-1);
  if (line) {
    await compare(db, expected(families, epochs, line.id, n), verdict);
    judgeInterval(epochs, line.id, n, verdict);
  } else {
    verdict.differences.push('no commit number, or none of this log');
  }
  await db.close();
  console.log(JSON.stringify(verdict));
  return verdict.equal && verdict.interval_ok ? 0 : 1;
}

main().then(status => process.exit(status), error => { console.error(`check.js: ${error.stack}`); process.exit(2); });
