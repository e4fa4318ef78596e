#include "core/source/rocksdb/sequence_rules.h"

#include <algorithm>

#include "core/format/rocksdb_payload.pb.h"

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kMaxIngested = 4096;  // only the last ones can still matter
constexpr uint64_t kMaxCredit = 1024;  // more commits than that are not on their way at once
}  // namespace

void SequenceRules::narrow(const BatchFacts& batch) {
  if (batch.write_prepared) key_rule_ = false;
  if (batch.write_committed || (batch.open_end && batch.keys != 0)) batch_rule_ = false;
  if (key_rule_ || batch_rule_) return;
  key_rule_ = !batch.write_prepared;  // contradiction: the batch at hand decides
  batch_rule_ = batch.write_prepared;
}

bool SequenceRules::batch_rule_follows(uint64_t sequence) const {
  if (sequence == next_by_batch_) return true;
  // With two write queues a commit publishes itself by an empty batch that takes a number and leaves no
  // record.
  const bool publishes = two_queues_ || !queues_known_;
  return publishes && sequence > next_by_batch_ && sequence - next_by_batch_ <= credit_;
}

SequenceCheck SequenceRules::compare(const BatchFacts& batch) {
  SequenceCheck out{SequenceVerdict::kFollows, next_sequence(), batch.sequence};
  if (!known_) return out;
  const bool by_key = key_rule_ && batch.sequence == next_by_key_;
  const bool by_batch = batch_rule_ && batch_rule_follows(batch.sequence);
  if (by_key || by_batch) {
    if (by_batch && !by_key) credit_ -= std::min(credit_, batch.sequence - next_by_batch_);
    key_rule_ = by_key;
    batch_rule_ = by_batch;
    return out;
  }
  out.verdict = batch.sequence > out.expected ? SequenceVerdict::kJump : SequenceVerdict::kBack;
  return out;
}

SequenceVerdict SequenceRules::consume(const BatchFacts& batch) {
  uint64_t by_key = batch.keys;
  bool resync = false;
  SequenceVerdict verdict = SequenceVerdict::kFollows;
  for (const TwoPhaseEvent& e : batch.events) {
    if (e.kind == TwoPhaseEvent::Kind::kPrepare) {
      prepared_[e.xid] += e.keys;
      continue;
    }
    const auto it = prepared_.find(e.xid);
    if (it != prepared_.end()) {
      if (e.kind == TwoPhaseEvent::Kind::kCommit) by_key += it->second;
      prepared_.erase(it);
    } else if (e.kind == TwoPhaseEvent::Kind::kCommit) {
      resync = true;
      if (!archive_begins_) verdict = SequenceVerdict::kUnknownPrepared;
    }
  }
  const uint64_t by_batch = batch.boundaries + batch.duplicates;
  credit_ = std::min(kMaxCredit, credit_ + batch.boundaries);
  next_by_key_ = batch.sequence + by_key;
  next_by_batch_ = batch.sequence + by_batch;
  known_ = !(resync && key_rule_);
  return verdict;
}

SequenceCheck SequenceRules::take(const BatchFacts& batch) {
  if (!file_begins_) narrow(batch);
  SequenceCheck out = compare(batch);
  if (out.verdict != SequenceVerdict::kFollows || file_begins_) key_rule_ = batch_rule_ = true;
  file_begins_ = false;
  narrow(batch);
  const SequenceVerdict consumed = consume(batch);
  if (out.verdict == SequenceVerdict::kFollows) out.verdict = consumed;
  return out;
}

void SequenceRules::add_ingested(uint64_t sequence) {
  if (sequence == 0) return;
  ingested_.insert(sequence);
  if (ingested_.size() > kMaxIngested) ingested_.erase(ingested_.begin());
}

bool SequenceRules::explained(const SequenceCheck& jump) const {
  if (jump.verdict != SequenceVerdict::kJump || jump.found - jump.expected > ingested_.size()) return false;
  for (uint64_t s = jump.expected; s < jump.found; ++s)
    if (!ingested_.contains(s)) return false;
  return true;
}

void SequenceRules::save(rocksdb::ContinuityState* out) const {
  out->set_has_sequence(known_);
  out->set_next_sequence(next_by_key_);
  out->set_next_sequence_batch(next_by_batch_);
  out->set_rules((key_rule_ ? 1u : 0u) | (batch_rule_ ? 2u : 0u) | (file_begins_ ? 4u : 0u));
  out->set_publish_credit(credit_);
  out->set_archive_begins(archive_begins_);
  out->set_two_write_queues(two_queues_);
  out->set_options_known(queues_known_);
  out->clear_prepared();
  for (const auto& [xid, count] : prepared_) {
    auto* p = out->add_prepared();
    p->set_xid(xid);
    p->set_count(count);
  }
  out->mutable_ingested()->Assign(ingested_.begin(), ingested_.end());
}

void SequenceRules::load(const rocksdb::ContinuityState& in) {
  known_ = in.has_sequence();
  next_by_key_ = in.next_sequence();
  next_by_batch_ = in.next_sequence_batch();
  key_rule_ = (in.rules() & 1) != 0;
  batch_rule_ = (in.rules() & 2) != 0;
  file_begins_ = (in.rules() & 4) != 0;
  credit_ = in.publish_credit();
  archive_begins_ = in.archive_begins();
  two_queues_ = in.two_write_queues();
  queues_known_ = in.options_known();
  prepared_.clear();
  for (const auto& p : in.prepared()) prepared_[p.xid()] = p.count();
  ingested_.clear();
  ingested_.insert(in.ingested().begin(), in.ingested().end());
}

}  // namespace seabed::rocksdb_source
