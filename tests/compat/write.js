'use strict';
// write.js --engine E --modules NODE_MODULES --db DIR --log COMMITLOG [--commits N] [--seconds S] [--rate R]
//          [--memtable-kb K] [--keep-open]
// Goes on where the data stands. SIGTERM: stop writing, close cleanly. Says {"event":"ready"|"done"|"closed",...}.
const fs = require('fs');
const {parseArgs} = require('util');
const engines = require('./engines');
const {Ledger, nowNs, readLog, owner} = require('./ledger');

const {values: opt} = parseArgs({options: {
  'engine': {type: 'string'}, 'modules': {type: 'string'}, 'db': {type: 'string'}, 'log': {type: 'string'},
  'commits': {type: 'string', default: '0'}, 'seconds': {type: 'string', default: '0'},
  'rate': {type: 'string', default: '0'}, 'memtable-kb': {type: 'string', default: '256'},
  'keep-open': {type: 'boolean', default: false},
}});

let stop = false;
process.on('SIGTERM', () => { stop = true; });
const pause = ms => new Promise(done => setTimeout(done, ms));
const say = (event, commit) => console.log(JSON.stringify({event, commit, ns: Number(nowNs()), pid: process.pid}));

function openLog(known) {
  const fd = fs.openSync(opt.log, 'a+');
  const size = fs.fstatSync(fd).size, last = Buffer.alloc(1);
  if (size > 0 && fs.readSync(fd, last, 0, 1, size - 1) && last[0] !== 10) fs.writeSync(fd, '\n');
  if (!known) fs.writeSync(fd, `H ${JSON.stringify({engine: opt.engine})}\n`);
  return line => fs.writeSync(fd, line + '\n');
}

async function main() {
  const families = engines.FAMILIES[opt.engine];
  const db = await engines.open(opt.engine, opt.modules, opt.db, {create: true, memtableKb: +opt['memtable-kb']});
  const known = fs.existsSync(opt.log) ? readLog(opt.log) : null;
  const head = await db.get('default', '!commit');
  let [last, parent] = head === undefined ? [-1, -1] : head.split('.').map(Number);
  if (last >= 0 && !(known && owner(known.epochs, parent, last))) throw new Error('the data is not of this commit log');
  const epoch = known ? known.epochs.length : 0;
  const log = openLog(known);
  log(`R ${epoch} ${last} ${parent} ${nowNs()}`);
  const ledger = new Ledger(families);
  for (let n = 0; n <= last; ++n) ledger.plan(n, 0);
  const start = Date.now(), first = last;
  for (let ready = false; !stop;) {
    if (+opt.commits && last - first >= +opt.commits) break;
    if (+opt.seconds && Date.now() - start > +opt.seconds * 1000) break;
    if (+opt.rate && (last - first) * 1000 / +opt.rate > Date.now() - start) { await pause(1); continue; }
    const n = last + 1, ops = ledger.plan(n, epoch);
    log(`B ${n} ${nowNs()}`);
    await db.commit(ops);
    log(`A ${n} ${nowNs()}`);
    last = n;
    if (!ready) say('ready', last);
    ready = true;
    if (n % 200 === 0) await pause(0);  // lets SIGTERM in
  }
  say('done', last);
  while (opt['keep-open'] && !stop) await pause(5);
  await db.close();
  say('closed', last);
}

main().then(() => process.exit(0), error => { console.error(`write.js: ${error.stack}`); process.exit(2); });
