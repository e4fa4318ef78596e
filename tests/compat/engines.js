'use strict';
// One face over two bindings, each with its own RocksDB inside:
//   rocksdb-6.17  npm's rocksdb: one column family, write batches
//   rocksdb-11.8  npm's @harperfast/rocksdb-js-linux-x64-glibc: the bare native binding (its JavaScript wrapper is not
//                 needed), column families, optimistic transactions
// open(dir, {create, memtableKb}) gives {commit(ops), scan(family, each), get(family, key), flush(), close()}. An op is {family, key, value}; no value
// deletes. Keys and values are Buffers in scan, strings elsewhere.
const path = require('path');

const FAMILIES = {'rocksdb-6.17': ['default'], 'rocksdb-11.8': ['default', 'second']};

function promised(call) {
  return new Promise((done, fail) => call((error, value) => error ? fail(error) : done(value)));
}

async function openRocksdb(modules, dir, {create, memtableKb}) {
  const db = require(path.join(modules, 'rocksdb'))(dir);
  await promised(cb => db.open({createIfMissing: create, writeBufferSize: memtableKb * 1024}, cb));
  return {
    commit: ops => promised(cb => db.batch(
        ops.map(op => op.value === undefined ? {type: 'del', key: op.key} : {type: 'put', key: op.key, value: op.value}),
        {}, cb)),
    async scan(family, each) {
      const it = db.iterator({keyAsBuffer: true, valueAsBuffer: true});
      for (;;) {
        const pair = await new Promise((done, fail) => it.next((e, k, v) => e ? fail(e) : done(k && [k, v])));
        if (!pair) break;
        each(pair[0], pair[1]);
      }
      await promised(cb => it.end(cb));
    },
    get: (family, key) => promised(cb => db.get(key, {asBuffer: false}, cb)).catch(() => undefined),
    flush: async () => {},  // the binding has none
    close: () => promised(cb => db.close(cb)),
  };
}

async function openRocksdbJs(modules, dir, {create, memtableKb}) {
  if (!create && !require('fs').existsSync(path.join(dir, 'CURRENT'))) throw new Error(`no database in ${dir}`);
  const native = require(path.join(modules, '@harperfast/rocksdb-js-linux-x64-glibc'));
  const keys = Buffer.alloc(1 << 16), values = Buffer.alloc(1 << 20), lengths = new Uint32Array(2);
  const families = {};
  for (const name of FAMILIES['rocksdb-11.8']) {
    const db = families[name] = new native.Database();
    db.open(dir, {name, mode: 'optimistic', writeBufferSize: memtableKb * 1024});
    db.setDefaultKeyBuffer(keys);
    db.setDefaultValueBuffer(values);
    db.setIteratorState(new Uint8Array(lengths.buffer));
  }
  const {ITERATOR_INCLUDE_VALUES_FLAG, ITERATOR_RESULT_FAST, ITERATOR_RESULT_DONE, ALWAYS_CREATE_NEW_BUFFER_FLAG} =
      native.constants;
  return {
    async commit(ops) {
      const txn = new native.Transaction(families.default);
      for (const {family, key, value} of ops) {
        if (value === undefined) families[family].removeSync(Buffer.from(key), txn.id);
        else families[family].putSync(Buffer.from(key), Buffer.from(value), txn.id);
      }
      txn.commitSync();
    },
    async scan(family, each) {
      const it = new native.Iterator(families[family], ITERATOR_INCLUDE_VALUES_FLAG, 0, 0, 0);
      for (let step = it.next(); step !== ITERATOR_RESULT_DONE; step = it.next()) {
        if (step === ITERATOR_RESULT_FAST) each(keys.subarray(0, lengths[0]), values.subarray(0, lengths[1]));
        else each(step.key, step.value);
      }
    },
    async get(family, key) {
      const value = families[family].getSync(Buffer.from(key), ALWAYS_CREATE_NEW_BUFFER_FLAG);
      return Buffer.isBuffer(value) ? value.toString() : undefined;
    },
    flush: async () => families.default.flushSync(),
    async close() {
      for (const db of Object.values(families)) db.close();
    },
  };
}

module.exports = {
  FAMILIES,
  open(engine, modules, dir, options) {
    const full = {create: false, memtableKb: 256, ...options};
    if (engine === 'rocksdb-6.17') return openRocksdb(modules, dir, full);
    if (engine === 'rocksdb-11.8') return openRocksdbJs(modules, dir, full);
    throw new Error(`engine ${engine}: rocksdb-6.17 or rocksdb-11.8`);
  },
};
