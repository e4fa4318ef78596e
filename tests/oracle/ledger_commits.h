// Carries out the plan, commit by commit, on a live database, and records each in the commit log.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "commit_history.h"
#include "commit_log.h"
#include "ledger_db.h"
#include "ledger_plan.h"
#include "stamp.h"

namespace oracle {

class LedgerCommits {
 public:
  LedgerCommits(LedgerDb& db, const LedgerConfig& config, CommitLog& log, std::string scratch_sst);

  // Finds where the data stands, settles what a crash left, and opens a new epoch. `history` is null for a
  // new ledger. Throws std::runtime_error if the data is not of this log.
  void resume(const CommitHistory* history);

  void step();  // the next commit and what goes before it; throws std::runtime_error on any failure
  void flush_wal();
  void compact(uint64_t choice);

  int64_t last() const { return last_; }
  uint32_t epoch() const { return epoch_; }
  // Called right after the log says that commit n begins, for a kill in the middle of it.
  void (*on_begin)(uint64_t n) = nullptr;

 private:
  void record_lost(const CommitHistory& history, uint32_t line);
  void adopt_prepared(std::vector<CommitName>& adopted);
  void change_families(uint64_t n);
  void prepare_ahead(uint64_t n);
  void roll_back(uint64_t n);
  void begin(uint64_t n);
  void commit_batch(uint64_t n, const Plan& plan);
  void commit_ingest(uint64_t n, const Plan& plan);
  void commit_transaction(uint64_t n, const Plan& plan);
  void commit_prepared(uint64_t n, rocksdb::Transaction* txn);
  rocksdb::Transaction* prepare(const std::string& name, const std::vector<Op>& ops);
  void fill(rocksdb::WriteBatchBase& batch, const std::vector<Op>& ops);
  template <class Target>
  void put_into(Target& target, const Op& op);

  LedgerDb& db_;
  LedgerConfig config_;
  CommitLog& log_;
  std::string scratch_sst_;
  Balances balances_;
  RisingClock stamps_;
  int64_t last_ = -1;
  uint32_t epoch_ = 0;
  std::map<uint64_t, rocksdb::Transaction*> prepared_;           // by commit
  std::multimap<uint64_t, rocksdb::Transaction*> to_roll_back_;  // by the commit before which it goes
  std::string value_;
};

}  // namespace oracle
