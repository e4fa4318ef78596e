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

/// Whose stamps the whole step has. The application's need one in every batch, rising, none in the future. They are
/// exact when they also lie behind everything stamped before. Where only their ends do, the groups are observed ones
/// but end at those stamps and not at this look's clock: log that leaves the application's buffer late (manual WAL
/// flush) would else be overtaken by every look, and never become exact again.
LogTail::StepStamps LogTail::stamps_of(const Look& look, size_t metadata) const {
  Scn last = last_scn_ + metadata;
  bool batches = false, late = false;
  for (const WalRun& run : look.wal.runs) {
    if (run.records == 0) {  // a new file's control record: goes with either kind
      ++last;
      continue;
    }
    if (!run.stamped || run.last_stamp <= last || run.last_stamp > look.after.now) return StepStamps::kLooks;
    late |= run.first_stamp <= last;
    last = run.last_stamp;
    batches = true;
  }
  if (late) return StepStamps::kLate;
  return batches || exact_stream_ ? StepStamps::kExact : StepStamps::kLooks;
}

LogGroup LogTail::blank(GroupType type) const {
  LogGroup group;
  group.type = type;
  group.incarnation = incarnation_;
  group.begin = group.end = encode_lsn(position_);
  return group;
}

/// `earliest`: the stamp is not below it; 0 leaves room for the application's stamps to follow.
void LogTail::stamp(LogGroup* group, const Look& look, Scn earliest) {
  group->scn_hi = std::max(last_scn_ + 1, earliest);
  group->scn_lo = std::min(last_complete_, group->scn_hi);
  group->clock_error_ns = look.after.error_ns;
  last_scn_ = group->scn_hi;
}

void LogTail::add_metadata(Look* look, LogStep* step, StepStamps stamps) {
  const auto add = [&](GroupType type, std::string payload) {
    LogGroup group = blank(type);
    group.payload = std::move(payload);
    stamp(&group, *look, stamps == StepStamps::kLooks ? look->after.now : 0);
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

void LogTail::add_log(Look* look, LogStep* step, StepStamps stamps) {
  for (WalRun& run : look->wal.runs) {
    LogGroup group = blank(GroupType::kLog);
    group.begin = encode_lsn({incarnation_, run.wal, run.offset});
    group.end = encode_lsn({incarnation_, run.wal, run.offset + run.size()});
    step->log_bytes += run.size();
    finish_wal_run(
        {run.wal, run.offset, run.records, run.begins_file, run.previous_wal, run.previous_length, {}},
        &run.payload);
    group.payload = std::move(run.payload);
    if (stamps == StepStamps::kLooks) {
      stamp(&group, *look, look->after.now);
    } else if (stamps == StepStamps::kLate || run.records == 0) {
      stamp(&group, *look, run.last_stamp);
    } else {
      group.stamp = StampSource::kExact;
      group.scn_lo = run.first_stamp;
      group.scn_hi = last_scn_ = run.last_stamp;
    }
    step->groups.push_back(std::move(group));
  }
  if (!look->wal.runs.empty()) exact_stream_ = stamps != StepStamps::kLooks;
}

}  // namespace seabed::rocksdb_source
