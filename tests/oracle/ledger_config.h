// What kind of ledger is written and by which means. The data-shaping part is fixed when the ledger is
// created and stands in the first line of its commit log; the rest may differ at every start.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace oracle {

struct LedgerConfig {
  // Shape of the data: decides, with the commit number, every byte written.
  uint64_t seed = 1;
  uint32_t cfs = 1;           // column families, the default one included
  uint32_t accounts = 340;    // over all families
  uint32_t keys = 2000;       // record slots per family
  uint32_t value_size = 200;  // bytes; actual sizes vary from a half to one and a half of it
  uint32_t batch = 3;         // records written per commit, beside the transfer
  bool txn = false;           // TransactionDB with two-phase commit
  bool write_prepared = false;
  bool delete_range = false;
  bool merge = false;
  uint32_t ingest_every = 0;
  uint32_t ingest_keys = 50;
  uint32_t disable_wal_every = 0;
  uint32_t cf_churn =
      0;  // a family is created every so many commits and dropped two and a half periods later
  std::string comparator = "bytewise";  // or custom
  bool manual_wal_flush = false;

  // How RocksDB is asked to keep it.
  bool two_write_queues = false;
  bool blob = false;
  bool wal_compression = false;
  uint32_t memtable_kb = 4096;
  uint32_t recycle = 0;
  uint32_t max_wal_mb = 0;
  uint32_t compaction_every = 0;
  uint32_t flush_wal_ms = 100;  // with manual_wal_flush
  std::string wal_dir;
  std::string extra_path;  // a second db_path, for files beyond the first 1 MiB
  bool encrypted = false;  // an encrypting Env, as nobody outside can read
  bool sync = false;
  bool stamp = false;
};

// Names the fields once; command line, commit-log header and their reading all go through this.
template <class Config, class Visit>
void visit_fields(Config& c, Visit&& visit) {
  const bool data = true, means = false;
  visit("seed", c.seed, data, "seed of every value");
  visit("cfs", c.cfs, data, "column families, the default one included");
  visit("accounts", c.accounts, data, "accounts over all families");
  visit("keys", c.keys, data, "record slots per family");
  visit("value-size", c.value_size, data, "mean size of a record in bytes");
  visit("batch", c.batch, data, "records per commit");
  visit("txn", c.txn, data, "TransactionDB: prepare, then commit; some stay prepared, some roll back");
  visit("write-prepared", c.write_prepared, data, "write policy WRITE_PREPARED (with --txn)");
  visit("delete-range", c.delete_range, data, "range deletions (not with --txn)");
  visit("merge", c.merge, data, "merge operands (stringappend)");
  visit("ingest-every", c.ingest_every, data, "every Nth commit is an ingested SST");
  visit("ingest-keys", c.ingest_keys, data, "keys in an ingested SST");
  visit("disable-wal-every", c.disable_wal_every, data, "every Nth commit has its WAL disabled");
  visit("cf-churn", c.cf_churn, data, "create a family every N commits, drop it 2.5 N later");
  visit("comparator", c.comparator, data, "bytewise or custom");
  visit("manual-wal-flush", c.manual_wal_flush, data, "manual_wal_flush, flushed by --flush-wal-ms");
  visit("two-write-queues", c.two_write_queues, means, "two_write_queues");
  visit("blob", c.blob, means, "values of 100 bytes and more go to blob files");
  visit("wal-compression", c.wal_compression, means, "zstd-compressed WAL");
  visit("memtable-kb", c.memtable_kb, means, "write_buffer_size");
  visit("recycle", c.recycle, means, "recycle_log_file_num");
  visit("max-wal-mb", c.max_wal_mb, means, "max_total_wal_size");
  visit("compaction-every", c.compaction_every, means, "CompactRange of one family every N commits");
  visit("flush-wal-ms", c.flush_wal_ms, means, "period of FlushWAL with --manual-wal-flush");
  visit("wal-dir", c.wal_dir, means, "wal_dir, if not the database's directory");
  visit("extra-path", c.extra_path, means, "a second db_path, for files beyond the first 1 MiB");
  visit("encrypted", c.encrypted, data, "an encrypting Env (to be refused)");
  visit("sync", c.sync, means, "sync every write");
  visit("stamp", c.stamp, means, "a 24-byte SEABEDST stamp in every commit");
}

std::string to_json(const LedgerConfig& config);
LedgerConfig config_from_json(const std::string& text);  // throws std::exception on nonsense

// Takes the data-shaping fields of `saved`, and its other fields too unless named in `given`.
LedgerConfig merge_saved(const LedgerConfig& saved, const LedgerConfig& wanted,
                         const std::vector<std::string>& given);

// Empty, or why this combination is impossible in RocksDB or in this oracle.
std::string refuse_reason(const LedgerConfig& config);

}  // namespace oracle
