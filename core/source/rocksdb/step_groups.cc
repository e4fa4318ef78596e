// From a look to the groups of a step: holes settled, stamped, in the order in which they must be written.

#include <algorithm>

#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/payload.h"
#include "core/source/rocksdb/tail_look.h"

namespace seabed::rocksdb_source {

/// A jump is nothing when ingested files took the numbers, a hole inside a file, and a gap between two files.
void LogTail::settle_jumps(Look* look) {
  auto& runs = look->wal.runs;
  for (size_t i = 0; i < runs.size(); ++i) {
    for (const PendingJump& jump : runs[i].jumps) {
      if (look->cursor.rules.explained(jump.check)) continue;
      if (!jump.between_files) {
        look->jumps.push_back(hole_of_jump(jump.check, runs[i].wal, jump.offset));
        continue;
      }
      look->wal.gap = "WAL " + std::to_string(runs[i].wal) + " begins with sequence " +
                      std::to_string(jump.check.found) + " where " + std::to_string(jump.check.expected) +
                      " was expected behind WAL " + std::to_string(runs[i].previous_wal) +
                      ": a file may be missing";
      runs.resize(i);
      return;
    }
  }
}

/// True when the application's stamps can be taken for the whole step: every batch has one, they rise, and
/// they lie behind everything stamped before and not in the future.
bool LogTail::exact(const Look& look, size_t metadata) const {
  Scn last = last_scn_ + metadata;
  bool batches = false;
  for (const WalRun& run : look.wal.runs) {
    if (run.records == 0) {  // a new file's control record: goes with either kind
      ++last;
      continue;
    }
    if (!run.stamped || run.first_stamp <= last || run.last_stamp > look.after.now) return false;
    last = run.last_stamp;
    batches = true;
  }
  return batches || exact_stream_;
}

LogGroup LogTail::blank(GroupType type) const {
  LogGroup group;
  group.type = type;
  group.incarnation = incarnation_;
  group.begin = group.end = encode_lsn(position_);
  return group;
}

/// `low`: just above the last stamp, so that exact stamps of the log can follow.
void LogTail::stamp(LogGroup* group, const Look& look, bool low) {
  group->scn_hi = low ? last_scn_ + 1 : std::max(last_scn_ + 1, look.after.now);
  group->scn_lo = std::min(last_complete_, group->scn_hi);
  group->clock_error_ns = look.after.error_ns;
  last_scn_ = group->scn_hi;
}

void LogTail::add_metadata(Look* look, LogStep* step, bool exact_step) {
  const auto add = [&](GroupType type, std::string payload) {
    LogGroup group = blank(type);
    group.payload = std::move(payload);
    stamp(&group, *look, exact_step);
    step->groups.push_back(std::move(group));
  };
  std::vector<rocksdb::Hole> holes;
  for (ManifestPart& part : metadata_.parts) {
    if (!part.payload.empty()) add(GroupType::kManifest, std::move(part.payload));
    for (rocksdb::Hole& hole : part.holes) holes.push_back(std::move(hole));
  }
  for (std::string& run : options_runs_) add(GroupType::kOptions, std::move(run));
  for (rocksdb::Hole& hole : look->jumps) holes.push_back(std::move(hole));
  for (rocksdb::Hole& hole : holes) {
    hole.set_incarnation(incarnation_);
    hole.set_scn_lo(last_complete_);
    if (hole.wal_number() == 0) {
      hole.set_wal_number(position_.wal);
      hole.set_wal_offset(position_.offset);
    }
    step->holes.push_back(hole_from(hole));
    add(GroupType::kHole, step->holes.back().detail);
  }
}

void LogTail::add_log(Look* look, LogStep* step, bool exact_step) {
  for (WalRun& run : look->wal.runs) {
    LogGroup group = blank(GroupType::kLog);
    group.begin = encode_lsn({incarnation_, run.wal, run.offset});
    group.end = encode_lsn({incarnation_, run.wal, run.offset + run.data.size()});
    group.payload = encode_wal_run(
        {run.wal, run.offset, run.records, run.begins_file, run.previous_wal, run.previous_length, run.data});
    step->log_bytes += run.data.size();
    if (exact_step && run.records == 0) {
      stamp(&group, *look, true);
    } else if (exact_step) {
      group.stamp = StampSource::kExact;
      group.scn_lo = run.first_stamp;
      group.scn_hi = last_scn_ = run.last_stamp;
    } else {
      stamp(&group, *look, false);
    }
    run.data = {};
    step->groups.push_back(std::move(group));
  }
  if (!look->wal.runs.empty()) exact_stream_ = exact_step;
}

}  // namespace seabed::rocksdb_source
