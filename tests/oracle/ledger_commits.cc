#include "ledger_commits.h"

#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "ledger_values.h"
#include "must.h"
#include "wall_clock.h"

namespace oracle {
namespace {

// A range deletion covers record slots; which end comes first is the comparator's affair.
void add_delete_range(rocksdb::WriteBatchBase& batch, rocksdb::ColumnFamilyHandle* cf, const Op& op) {
  const bool rising = cf->GetComparator()->Compare(record_key(1), record_key(2)) < 0;
  const auto begin = rising ? record_key(op.first_slot) : record_key(op.last_slot);
  const auto end = rising ? record_key(op.last_slot + 1) : record_key(op.first_slot - 1);
  must(batch.DeleteRange(cf, begin, end), "DeleteRange");
}

}  // namespace

LedgerCommits::LedgerCommits(LedgerDb& db, const LedgerConfig& config, CommitLog& log,
                             std::string scratch_sst)
    : db_(db),
      config_(config),
      log_(log),
      scratch_sst_(std::move(scratch_sst)),
      balances_(opening_balances(config)) {}

void LedgerCommits::step() {
  const auto n = static_cast<uint64_t>(last_ + 1);
  change_families(n);
  if (config_.txn) {
    prepare_ahead(n);
    roll_back(n);
  }
  if (const auto found = prepared_.find(n); found != prepared_.end()) {
    commit_prepared(n, found->second);
    prepared_.erase(found);
  } else {
    const Plan plan = plan_commit(config_, n, epoch_, balances_);
    if (plan.kind == CommitKind::kIngest) {
      commit_ingest(n, plan);
    } else if (config_.txn && n > 0) {
      commit_transaction(n, plan);
    } else {
      commit_batch(n, plan);
    }
  }
  last_ = static_cast<int64_t>(n);
  if (config_.compaction_every && n % config_.compaction_every == 0) compact(n);
}

void LedgerCommits::change_families(uint64_t n) {
  const auto gone = family_dropped_before(config_, n), fresh = family_created_before(config_, n);
  const bool drop = !gone.empty() && db_.family(gone), create = !fresh.empty() && !db_.family(fresh);
  if ((drop || create) && config_.manual_wal_flush)
    flush_wal();  // else a crash leaves the change without its past
  const int64_t before = wall_ns();
  if (drop) {
    must(db_.drop_family(gone), "DropColumnFamily");
    log_.dropped(gone, n, before);
  }
  if (create) {
    must(db_.create_families({fresh}), "CreateColumnFamilies");
    log_.created(fresh, n, before);
  }
}

void LedgerCommits::prepare_ahead(uint64_t n) {
  for (uint64_t later = n; later <= n + kMaxLag; ++later) {
    if (!two_phase(config_, later) || later - lag_of(config_, later) > n || prepared_.contains(later))
      continue;
    const Plan plan = plan_commit(config_, later, epoch_, balances_);
    prepared_[later] = prepare(transaction_name('t', later, epoch_), plan.ops);
  }
}

void LedgerCommits::roll_back(uint64_t n) {
  if (rollback_starts(config_, n)) {
    auto* txn = prepare(transaction_name('r', n, epoch_), plan_rollback(config_, n));
    to_roll_back_.emplace(n + rollback_hold(config_, n), txn);
  }
  while (!to_roll_back_.empty() && to_roll_back_.begin()->first <= n) {
    auto* txn = to_roll_back_.begin()->second;
    must(txn->Rollback(), "Rollback");
    delete txn;
    to_roll_back_.erase(to_roll_back_.begin());
  }
}

void LedgerCommits::begin(uint64_t n) {
  log_.before(n);
  if (on_begin) on_begin(n);
}

void LedgerCommits::commit_batch(uint64_t n, const Plan& plan) {
  rocksdb::WriteBatch batch;
  fill(batch, plan.ops);
  rocksdb::WriteOptions options;
  options.disableWAL = plan.kind == CommitKind::kNoWal;
  options.sync = config_.sync && !options.disableWAL;
  begin(n);
  if (config_.stamp) must(batch.PutLogData(encode_stamp(stamps_.next())), "PutLogData");
  must(db_.db()->Write(options, &batch), "Write");
  log_.after(n);
}

void LedgerCommits::commit_ingest(uint64_t n, const Plan& plan) {
  auto* cf = db_.family(plan.ops.front().cf);
  std::vector<const Op*> ops;
  for (const Op& op : plan.ops) ops.push_back(&op);
  const auto* order = cf->GetComparator();
  std::sort(ops.begin(), ops.end(),
            [&](const Op* a, const Op* b) { return order->Compare(a->key, b->key) < 0; });
  rocksdb::Options options = db_.options();
  options.comparator = order;
  rocksdb::SstFileWriter file(rocksdb::EnvOptions(), options, cf);
  // Killed after linking it in, before removing it here: the same inode is in the database, never write into
  // it.
  std::filesystem::remove(scratch_sst_);
  must(file.Open(scratch_sst_), "SstFileWriter");
  for (const Op* op : ops) {
    generate_value(config_.seed, op->key, op->value, value_);
    must(file.Put(op->key, value_), "SstFileWriter");
  }
  must(file.Finish(), "SstFileWriter");
  if (config_.manual_wal_flush) flush_wal();
  rocksdb::IngestExternalFileOptions ingest;
  ingest.move_files = true;
  begin(n);
  must(db_.db()->IngestExternalFile(cf, {scratch_sst_}, ingest), "IngestExternalFile");
  log_.after(n);
}

void LedgerCommits::commit_transaction(uint64_t n, const Plan& plan) {
  rocksdb::WriteOptions options;
  options.sync = config_.sync;
  auto* txn = db_.transactions()->BeginTransaction(options);
  for (const Op& op : plan.ops) put_into(*txn, op);
  begin(n);
  if (config_.stamp) txn->PutLogData(encode_stamp(stamps_.next()));
  must(txn->Commit(), "Commit");
  log_.after(n);
  delete txn;
}

rocksdb::Transaction* LedgerCommits::prepare(const std::string& name, const std::vector<Op>& ops) {
  rocksdb::WriteOptions options;
  options.sync = config_.sync;
  auto* txn = db_.transactions()->BeginTransaction(options);
  must(txn->SetName(name), "SetName");
  for (const Op& op : ops) put_into(*txn, op);
  must(txn->Prepare(), "Prepare");
  return txn;
}

void LedgerCommits::commit_prepared(uint64_t n, rocksdb::Transaction* txn) {
  begin(n);
  // The commit has a batch of its own, which stands in the log beside its mark: the stamp is the commit's.
  if (config_.stamp)
    must(txn->GetCommitTimeWriteBatch()->PutLogData(encode_stamp(stamps_.next())), "PutLogData");
  must(txn->Commit(), "Commit");
  log_.after(n);
  delete txn;
}

template <class Target>
void LedgerCommits::put_into(Target& target, const Op& op) {
  auto* cf = db_.family(op.cf);
  if (!cf) throw std::runtime_error("no family " + op.cf);
  switch (op.type) {
    case OpType::kPut:
      generate_value(config_.seed, op.key, op.value, value_);
      must(target.Put(cf, op.key, value_), "Put");
      break;
    case OpType::kDelete: must(target.Delete(cf, op.key), "Delete"); break;
    case OpType::kSingleDelete: must(target.SingleDelete(cf, op.key), "SingleDelete"); break;
    case OpType::kMerge: must(target.Merge(cf, op.key, op.value.literal), "Merge"); break;
    case OpType::kDeleteRange: throw std::runtime_error("a range deletion in a transaction");
  }
}

void LedgerCommits::fill(rocksdb::WriteBatchBase& batch, const std::vector<Op>& ops) {
  for (const Op& op : ops) {
    if (op.type == OpType::kDeleteRange) {
      add_delete_range(batch, db_.family(op.cf), op);
    } else {
      put_into(batch, op);
    }
  }
}

void LedgerCommits::flush_wal() {
  const int64_t before = wall_ns();
  must(db_.db()->FlushWAL(false), "FlushWAL");
  if (last_ >= 0) log_.flushed(static_cast<uint64_t>(last_), before);
}

void LedgerCommits::compact(uint64_t choice) {
  const auto& families = db_.families();
  auto at = families.begin();
  std::advance(at, static_cast<long>(choice / 7 % families.size()));
  must(db_.db()->CompactRange({}, at->second, nullptr, nullptr), "CompactRange");
}

}  // namespace oracle
