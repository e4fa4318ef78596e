#pragma once
// Does one batch follow another? The next batch's sequence must be the last one's plus what that consumed, by
// the rule of the database's write policy (rocksdb-attach.md section 2; RocksDB: MemTableInserter in
// db/write_batch.cc). Pure; copyable, so that a look which fails can be taken again. Used by the tailer and
// by the continuity checker.

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "core/source/rocksdb/write_batch.h"

namespace seabed::rocksdb {
class ContinuityState;
}

namespace seabed::rocksdb_source {

enum class SequenceVerdict {
  kFollows,
  kJump,             // numbers are missing between
  kBack,             // lower than expected: another life of the database
  kUnknownPrepared,  // a COMMIT whose PREPARE should have been seen
};

struct SequenceCheck {
  SequenceVerdict verdict = SequenceVerdict::kFollows;
  uint64_t expected = 0, found = 0;
};

class SequenceRules {
 public:
  /// Both rules are possible again: a database may be reopened with another policy.
  void begin_file() { file_begins_ = true; }
  /// Checks the batch against what came before and takes it in. After a jump the count goes on from the
  /// batch.
  SequenceCheck take(const BatchFacts& batch);
  /// True while equal keys inside a batch may count (WritePrepared): ask walk_batch for duplicates.
  bool wants_duplicates() const { return batch_rule_ || file_begins_; }

  /// Sequence numbers that ingested files took: a jump over nothing but these is none.
  void add_ingested(uint64_t sequence);
  /// True when every number of [expected, found) was taken by an ingested file.
  bool explained(const SequenceCheck& jump) const;

  void set_write_queues(bool two, bool known) {
    two_queues_ = two;
    queues_known_ = known;
  }
  /// False: every PREPARE that a COMMIT from here on may refer to was read, so that an unknown one is lost. True at the
  /// start of an archive (LogTail::settle_beginning).
  void set_archive_begins(bool begins) { archive_begins_ = begins; }
  bool known() const { return known_; }
  uint64_t next_sequence() const { return key_rule_ ? next_by_key_ : next_by_batch_; }

  void save(rocksdb::ContinuityState* out) const;
  void load(const rocksdb::ContinuityState& in);

 private:
  void narrow(const BatchFacts& batch);
  bool batch_rule_follows(uint64_t sequence) const;
  SequenceCheck compare(const BatchFacts& batch);
  SequenceVerdict consume(const BatchFacts& batch);

  bool known_ = false;
  bool file_begins_ = true;
  bool key_rule_ = true, batch_rule_ = true;  // not yet excluded
  uint64_t next_by_key_ = 0, next_by_batch_ = 0;
  uint64_t credit_ = 0;
  bool two_queues_ = false, queues_known_ = false;
  bool archive_begins_ = true;
  std::map<std::string, uint64_t> prepared_;  // xid -> entries
  std::set<uint64_t> ingested_;
};

}  // namespace seabed::rocksdb_source
