#include "core/source/rocksdb/follow_state.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>

#include "core/base/fd.h"
#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/family_history.h"
#include "core/source/rocksdb/group_journal.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/options_facts.h"
#include "core/source/rocksdb/payload.h"
#include "core/source/rocksdb/staged_layout.h"
#include "core/source/rocksdb/wal_placement.h"

namespace seabed::rocksdb_source {

void LogContinuity::save(rocksdb::FollowState* out) const {
  rocksdb::ContinuityState* c = out->mutable_continuity();
  rules_.save(c);
  c->set_incarnation(incarnation_.value_or(0));
  c->set_has_wal(has_wal_);
  c->set_wal_number(wal_);
  c->set_wal_offset(offset_);
  c->set_has_manifest(has_manifest_);
  c->set_manifest_number(manifest_);
  c->set_manifest_offset(manifest_end_);
  c->set_compression(parser_ ? parser_->state().compression : 0);
  c->set_recyclable(parser_ && parser_->state().recyclable);
  out->set_skipping(skipping_);
  out->set_file_has_batch(file_has_batch_);
}

void LogContinuity::load(const rocksdb::FollowState& in) {
  const rocksdb::ContinuityState& c = in.continuity();
  rules_.load(c);
  if (c.incarnation() != 0) incarnation_ = c.incarnation();
  has_wal_ = c.has_wal();
  wal_ = c.wal_number();
  offset_ = c.wal_offset();
  has_manifest_ = c.has_manifest();
  manifest_ = c.manifest_number();
  manifest_end_ = c.manifest_offset();
  if (has_wal_) parser_.emplace(wal_, FramingState{c.compression(), c.recyclable()});
  skipping_ = in.skipping();
  file_has_batch_ = in.file_has_batch();
}

void FamilyHistory::save(rocksdb::FollowState* out) const {
  out->set_manifest_number(number_);
  out->set_manifest_taken_to(taken_to_);
  out->set_restating(restating_);
  out->mutable_restated()->Assign(restated_.begin(), restated_.end());
  out->set_max_family(max_family_);
  out->clear_families();
  for (const auto& [id, name] : families_) {
    auto* family = out->add_families();
    family->set_id(id);
    family->set_name(name);
  }
  out->clear_edits();
  for (const VersionEdit& edit : edits_) out->add_edits(encode_version_edit(edit));
}

Result<FamilyHistory> FamilyHistory::load(const rocksdb::FollowState& in, uint64_t start_wal) {
  FamilyHistory history;
  history.start_wal_ = start_wal;
  history.number_ = in.manifest_number();
  history.taken_to_ = in.manifest_taken_to();
  history.restating_ = in.restating();
  history.restated_ = {in.restated().begin(), in.restated().end()};
  history.max_family_ = in.max_family();
  for (const auto& family : in.families()) history.families_[family.id()] = family.name();
  for (const std::string& bytes : in.edits()) {
    SEABED_TRY(VersionEdit edit, decode_version_edit(bytes, kFollowFile));
    history.edits_.push_back(std::move(edit));
  }
  return history;
}

namespace {

tl::unexpected<Error> damaged(const std::string& path) {
  return fail(Code::kCorruption, path, "is not what a restore wrote", "restore again");
}

/// The base's prefix as it is, so that files, log numbers and sequences are its own; then the families.
Status write_manifest(const std::string& staged, const rocksdb::RecoveryFacts& facts,
                      const rocksdb::FollowState& state) {
  const std::string base = staged + "/" + kBasePrefix + manifest_name(facts.manifest_number());
  SEABED_TRY(std::string text, read_file(base, 1ull << 30));
  if (text.size() != facts.manifest_length()) return damaged(base);
  LogWriter writer(facts.manifest_length());
  for (const std::string& edit : state.edits()) writer.append(text, edit);
  if (!state.db_id().empty()) {
    VersionEdit edit;
    edit.db_id = state.db_id();
    writer.append(text, encode_version_edit(edit));
  }
  return write_file_atomic(staged + "/" + kStagedManifest, text, 0640);
}

/// A number that the base knew: RocksDB takes the highest for the newest, and gives new ones from the
/// MANIFEST's counter.
Status write_options(const std::string& staged, const rocksdb::RecoveryFacts& facts,
                     const rocksdb::FollowState& state, std::vector<std::string>* warnings) {
  const auto number = parse_db_file_name(facts.options_file());
  const std::string path = staged + "/" + options_name(number ? number->number : 1);
  std::set<std::string> families;
  for (const auto& family : state.families()) families.insert(family.name());
  const char* why = nullptr;
  if (!state.options_known())
    why = "no OPTIONS file: the application's own options apply";
  else if (parse_options(state.options_text()).families != families)
    why = "the OPTIONS file was left out: its column families are not those of the restored moment";
  if (!why) return write_file_atomic(path, without_paths(state.options_text()), 0640);
  if (warnings) warnings->push_back(why);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail_errno(path, "cannot be removed", errno);
  return ok();
}

}  // namespace

namespace {
/// Log and journal end where the state says: what lies behind was never committed.
Status cut_to(int directory, const rocksdb::FollowState& state) {
  SEABED_CHECK(cut_log(directory, state.wal_number(), state.wal_length()));
  return state.journaled() ? cut_journal(directory, state.journal_length()) : ok();
}
}  // namespace

Result<rocksdb::FollowState> read_follow(const std::string& staged) {
  const std::string path = staged + "/" + kFollowFile;
  auto text = read_file(path, 1ull << 30);
  if (!text && text.error().code == Code::kNotFound)
    return fail(Code::kUnsupported, staged, "was restored by a version that kept no place in the log",
                "restore again to follow");
  if (!text) return fail(text.error());
  rocksdb::FollowState state;
  if (!state.ParseFromString(*text) || state.version() != 1) return damaged(path);
  return state;
}

Status write_follow(const std::string& staged, const rocksdb::FollowState& state, bool next) {
  return write_file_atomic(staged + "/" + (next ? kFollowNext : kFollowFile), state.SerializeAsString(),
                           0640);
}

Status apply_follow(const std::string& staged, const rocksdb::FollowState& state,
                    std::vector<std::string>* warnings) {
  SEABED_TRY(const rocksdb::RecoveryFacts facts, decode_recovery(state.recovery()));
  SEABED_TRY(const Fd directory, open_directory(staged));
  SEABED_CHECK(cut_to(directory.get(), state));
  SEABED_CHECK(write_manifest(staged, facts, state));
  SEABED_CHECK(write_options(staged, facts, state, warnings));
  return write_state(staged, {StagedPhase::kStandby, manifest_name(facts.manifest_number()),
                              facts.incarnation(), state.last_scn_hi()});
}

}  // namespace seabed::rocksdb_source

namespace seabed {

Status settle_staged(const std::string& directory, Scn committed) {
  using namespace rocksdb_source;
  const std::string staged = staged_path(directory);
  auto state = read_state(staged);
  if (!state && state.error().code == Code::kNotFound)
    return ok();  // activated, or never restored: not for us to say
  if (!state) return fail(state.error());
  if (state->phase == StagedPhase::kActivated) return ok();
  if (state->phase == StagedPhase::kFilling)
    return fail(Code::kConflict, staged, "the restore into it was not finished", "restore again");
  const std::string next = staged + "/" + kFollowNext;
  auto text = read_file(next, 1ull << 30);
  if (!text && text.error().code != Code::kNotFound) return fail(text.error());
  bool take = false;
  if (text) {
    rocksdb::FollowState s;
    take = s.ParseFromString(*text) && s.version() == 1 && s.scn() <= committed;
    if (take && ::rename(next.c_str(), (staged + "/" + kFollowFile).c_str()) != 0)
      return fail_errno(next, "cannot be renamed", errno);
    if (!take && ::unlink(next.c_str()) != 0) return fail_errno(next, "cannot be removed", errno);
    SEABED_CHECK(fsync_directory(staged));
  }
  const auto follow = read_follow(staged);
  if (!follow && follow.error().code == Code::kUnsupported)
    return ok();  // an older restore: it never followed
  if (!follow) return fail(follow.error());
  if (follow->scn() > committed)
    return fail(Code::kCorruption, staged, "stands behind the tenant's own state", "restore again");
  if (!take &&
      state->last_scn_hi == follow->last_scn_hi()) {  // nothing but log that was never committed may be there
    SEABED_TRY(const Fd fd, open_directory(staged));
    return cut_to(fd.get(), *follow);
  }
  return apply_follow(staged, *follow, nullptr);
}

}  // namespace seabed
