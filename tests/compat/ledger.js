'use strict';
// The same idea as tests/oracle: what commit n writes follows from n and the epoch (the writer's start) alone, so a
// commit log of numbers and times is enough to rebuild any state. The log has the lines H, R, B and A of
// tests/oracle/commit_log.h.
const crypto = require('crypto');
const fs = require('fs');

const ACCOUNTS = 100, RECORDS = 3000, OPENING = 1000;

function choice(n, question) {
  return crypto.createHash('md5').update(`${n}/${question}`).digest().readUInt32LE(0);
}

function text(n, epoch, sub) {
  const size = 20 + choice(n, `size${sub}`) % 600;
  return crypto.createHash('sha256').update(`${n}.${epoch}.${sub}`).digest('hex').repeat(10).slice(0, size);
}

class Ledger {
  constructor(families) {
    this.families = families;
    this.balances = new Array(ACCOUNTS).fill(OPENING);
  }

  // The operations of commit n; call it for every commit in order.
  plan(n, epoch) {
    const ops = [{family: 'default', key: '!commit', value: `${n}.${epoch}`}];
    const touched = n === 0 ? this.balances.keys() : this.transfer(n);
    for (const a of touched) {
      ops.push({family: this.families[a % this.families.length], key: `a/${a}`, value: `${this.balances[a]} n=${n} e=${epoch}`});
    }
    for (let i = 0; n > 0 && i < 3; ++i) {
      const family = this.families[choice(n, `family${i}`) % this.families.length];
      const key = `r/${choice(n, `record${i}`) % RECORDS}`;
      ops.push({family, key, value: choice(n, `fate${i}`) % 8 === 0 ? undefined : text(n, epoch, i)});
    }
    return ops;
  }

  transfer(n) {
    const from = choice(n, 'from') % ACCOUNTS;
    const to = (from + 1 + choice(n, 'to') % (ACCOUNTS - 1)) % ACCOUNTS;
    const amount = choice(n, 'amount') % 100;
    this.balances[from] -= amount;
    this.balances[to] += amount;
    return [from, to];
  }
}

function nowNs() {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

// Epochs of a log: [{id, resumedAt, parent, startedNs, before: Map, after: Map}].
function readLog(path) {
  const epochs = [];
  let header = null;
  const lines = fs.readFileSync(path, 'utf8').split('\n');
  lines.pop();  // empty, or torn by a crash
  for (const line of lines) {
    const [kind, ...words] = line.split(' ');
    if (kind === 'H') header = JSON.parse(line.slice(2));
    if (kind === 'R') {
      epochs.push({id: +words[0], resumedAt: +words[1], parent: +words[2], startedNs: BigInt(words[3]),
        before: new Map(), after: new Map()});
    }
    if (kind === 'B') epochs.at(-1).before.set(+words[0], BigInt(words[1]));
    if (kind === 'A') epochs.at(-1).after.set(+words[0], BigInt(words[1]));
  }
  return {header, epochs};
}

// The epoch in which commit n was made on the line that ends in `epoch`; undefined if it never was.
function owner(epochs, epoch, n) {
  for (let at = epochs[epoch]; at; at = epochs[at.parent]) {
    if (n > at.resumedAt) return at.before.has(n) ? at : undefined;
  }
  return undefined;
}

// The expected state after commit n: per family a Map of key and value.
function expected(families, epochs, epoch, n) {
  const ledger = new Ledger(families);
  const state = new Map(families.map(f => [f, new Map()]));
  for (let i = 0; i <= n; ++i) {
    for (const {family, key, value} of ledger.plan(i, owner(epochs, epoch, i)?.id)) {
      if (value === undefined) state.get(family).delete(key);
      else state.get(family).set(key, value);
    }
  }
  return state;
}

module.exports = {Ledger, ACCOUNTS, OPENING, nowNs, readLog, owner, expected};
