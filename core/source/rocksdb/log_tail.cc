#include "core/source/rocksdb/log_tail.h"

#include <algorithm>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/linker.h"
#include "core/source/rocksdb/payload.h"

namespace seabed::rocksdb_source {

namespace {
constexpr uint64_t kMetadataBytes = 16 << 20;  // of MANIFEST records in a step, at least
constexpr uint64_t kForwardPiece = 4 << 20;

/// A cursor that went on to the next file, and read nothing there yet, stands where the last group ended.
bool stands_at(const WalCursor& cursor, const LogPosition& end) {
  if (cursor.offset == 0 && cursor.previous_wal == end.wal && cursor.previous_length == end.offset) return true;
  return cursor.wal == end.wal && cursor.offset == end.offset;
}
bool stands_before(const WalCursor& cursor, const LogPosition& end) {
  return !stands_at(cursor, end) &&
         (cursor.wal < end.wal || (cursor.wal == end.wal && cursor.offset < end.offset));
}
}  // namespace

struct LogTail::Look {
  ClockReading before, after;
  bool fresh = false;
  WalCursor cursor;
  WalLook wal;
  std::vector<rocksdb::Hole> jumps;
};

namespace {
TailConfig completed(TailConfig config) {
  if (config.wal_directory.empty()) config.wal_directory = config.database;
  return config;
}
}  // namespace

LogTail::LogTail(const TailConfig& config, Clock& clock)
    : config_(completed(config)),
      clock_(clock),
      directory_(config_.wal_directory, config_.links),
      reader_(directory_, config.allow_recycled),
      manifest_(config.database, config.links),
      options_(config.database) {}
LogTail::~LogTail() = default;

Lsn LogTail::position() const {
  std::lock_guard lock(position_mutex_);
  return encode_lsn(position_);
}

void LogTail::advance(const Look& look) {
  cursor_ = look.cursor;
  std::lock_guard lock(position_mutex_);
  position_ = {incarnation_, cursor_.wal, cursor_.offset};
  if (manifests_.empty() || manifests_.rbegin()->second != manifest_.number()) manifests_[position_] = manifest_.number();
}

Status LogTail::release(const Lsn& end) {
  SEABED_TRY(const LogPosition p, decode_lsn(end));
  uint64_t manifest = 0;
  {
    std::lock_guard lock(position_mutex_);
    auto next = manifests_.upper_bound(p);
    if (next != manifests_.begin()) manifest = std::prev(next)->second;
    // A checkpoint at `end` may have been kept while the MANIFEST before was still being read.
    if (next != manifests_.begin() && std::prev(next) != manifests_.begin()) manifests_.erase(manifests_.begin(), std::prev(next));
    if (next != manifests_.begin() && std::prev(next)->first == p) manifest = 0;
  }
  if (config_.links.empty() || p.incarnation != incarnation_) return ok();
  return release_links(config_.links, p.wal, manifest);
}

Status LogTail::begin(uint64_t incarnation) {
  incarnation_ = incarnation;
  if (!config_.links.empty()) SEABED_CHECK(drop_stale_links(config_.links, config_.database, config_.wal_directory));
  SEABED_CHECK(manifest_.start());
  Look first;
  first.cursor.wal = manifest_.version().start_wal();
  SEABED_CHECK(directory_.refresh(true));
  SEABED_CHECK(reader_.locate(&first.cursor));
  saved_manifest_ = manifest_.number();
  saved_manifest_offset_ = manifest_.offset();
  advance(first);
  return ok();
}

Status LogTail::resume(const ArchivedState& state) {
  if (state.end.empty()) return begin(state.incarnation);
  SEABED_TRY(const LogPosition end, decode_lsn(state.end));
  if (end.incarnation != state.incarnation)
    return fail(Code::kCorruption, "archived state", "its position is of another incarnation");
  incarnation_ = state.incarnation;
  SEABED_CHECK(directory_.refresh(true));
  SEABED_CHECK(resume_saved(state, end));
  last_scn_ = std::max(last_scn_, state.scn_hi);
  saved_manifest_ = manifest_.number();
  saved_manifest_offset_ = manifest_.offset();
  saved_options_ = options_.archived();
  return fast_forward(end);
}

static WalCursor cursor_of(const rocksdb::TailState& saved) {
  const rocksdb::ContinuityState& c = saved.continuity();
  WalCursor out;
  out.wal = c.wal_number();
  out.offset = c.wal_offset();
  out.opened = saved.wal().opened();
  out.file_has_batch = saved.wal().file_has_batch();
  out.previous_wal = saved.wal().previous_wal();
  out.previous_length = saved.wal().previous_length();
  out.framing = {c.compression(), c.recyclable()};
  out.rules.load(c);
  return out;
}

/// Takes up the kept state, or begins at the start of the archived end's file when there is none that fits.
Status LogTail::resume_saved(const ArchivedState& state, const LogPosition& end) {
  rocksdb::TailState saved;
  const rocksdb::ContinuityState& c = saved.continuity();
  const bool readable = !state.resume.empty() && saved.ParseFromString(state.resume) && saved.version() == 1 &&
                        c.incarnation() == state.incarnation;
  if (readable) cursor_ = cursor_of(saved);
  if (!readable || (!stands_at(cursor_, end) && !stands_before(cursor_, end))) {
    cursor_ = {};
    cursor_.wal = end.wal;
    cursor_.opened = true;
    SEABED_CHECK(manifest_.start());
    return manifest_.resume(manifest_.number(), 0);
  }
  last_scn_ = saved.last_scn();
  last_complete_ = saved.last_complete_scn();
  exact_stream_ = saved.exact_stream();
  options_.set_archived(saved.options_file());
  return manifest_.resume(c.manifest_number(), c.manifest_offset());
}

/// Reads from the kept state up to what is archived, giving nothing out.
Status LogTail::fast_forward(const LogPosition& end) {
  Look look;
  look.cursor = cursor_;
  const auto lost = [&](const std::string& why) {
    return fail(Code::kGap, display_lsn(encode_lsn(end)), "the log no longer reaches back to the archive's end: " + why,
                "begin a new round; run the linker beside the agent so that no WAL is lost while it is away");
  };
  reader_.set_stop(end.wal, end.offset);
  while (stands_before(look.cursor, end)) {
    const auto read = reader_.read(&look.cursor, kForwardPiece);
    if (!read) return fail(read.error());
    if (read->gap) return lost(*read->gap);
    if (read->bytes == 0 && read->drained) return lost("WAL " + std::to_string(look.cursor.wal) + " ends at " + std::to_string(look.cursor.offset));
  }
  reader_.set_stop(0, 0);
  if (!stands_at(look.cursor, end)) return lost("its records end elsewhere");
  if (const Status located = reader_.locate(&look.cursor); !located) return lost(located.error().reason);
  advance(look);
  return ok();
}

Status LogTail::read_metadata(Look* look) {
  const size_t had = metadata_.parts.size();
  const Status read = manifest_.read(kMetadataBytes, &metadata_);
  bool families_changed = false;
  for (size_t i = had; i < metadata_.parts.size(); ++i) {
    families_changed |= metadata_.parts[i].families_changed;
    for (const uint64_t sequence : metadata_.parts[i].ingested) {
      cursor_.rules.add_ingested(sequence);
      look->cursor.rules.add_ingested(sequence);
    }
  }
  SEABED_CHECK(read);
  SEABED_TRY(auto options, options_.look(families_changed || !options_.known()));
  if (options) options_runs_.push_back(std::move(*options));
  cursor_.rules.set_write_queues(options_.two_write_queues(), options_.known());
  look->cursor.rules.set_write_queues(options_.two_write_queues(), options_.known());
  return ok();
}

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
      look->wal.gap = "WAL " + std::to_string(runs[i].wal) + " begins with sequence " + std::to_string(jump.check.found) +
                      " where " + std::to_string(jump.check.expected) + " was expected behind WAL " +
                      std::to_string(runs[i].previous_wal) + ": a file may be missing";
      runs.resize(i);
      return;
    }
  }
}

/// True when the application's stamps can be taken for the whole step: every batch has one, they rise, and they lie
/// behind everything stamped before and not in the future.
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
    group.payload = encode_wal_run({run.wal, run.offset, run.records, run.begins_file, run.previous_wal,
                                    run.previous_length, run.data});
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

Result<LogStep> LogTail::step(uint64_t max_bytes) {
  LogStep step;
  if (gap_) {
    step.gap = gap_;
    return step;
  }
  Look look;
  look.before = clock_.read();
  SEABED_TRY(look.fresh, directory_.refresh(false));
  look.cursor = cursor_;
  SEABED_TRY(look.wal, reader_.read(&look.cursor, max_bytes));
  SEABED_CHECK(read_metadata(&look));
  look.after = clock_.read();
  const bool drained = metadata_.drained;
  if (!drained) {  // the log may speak of a family whose edit was not read yet: it waits for the next look
    look.wal = {};
    look.cursor = cursor_;
  }
  settle_jumps(&look);
  const bool exact_step = exact(look, metadata_.parts.size() + options_runs_.size() + look.jumps.size() + holes_told());
  step.clock_before = look.before.now;
  add_metadata(&look, &step, exact_step);
  add_log(&look, &step, exact_step);
  const std::optional<std::string> why = look.wal.gap ? look.wal.gap : metadata_.gap;
  if (why) {
    Lsn at = blank(GroupType::kLog).end;
    for (const LogGroup& g : step.groups) at = std::max(at, g.end);
    step.gap = gap_ = LogGap{at, *why};
  } else {
    advance(look);
  }
  step.complete = drained && look.fresh && look.wal.drained && !why;
  if (step.complete) last_complete_ = look.before.now;
  metadata_ = {};
  options_runs_.clear();
  saved_manifest_ = manifest_.number();
  saved_manifest_offset_ = manifest_.offset();
  saved_options_ = options_.archived();
  return step;
}

size_t LogTail::holes_told() const {
  size_t n = 0;
  for (const ManifestPart& part : metadata_.parts) n += part.holes.size();
  return n;
}

std::string LogTail::resume_state() const {
  rocksdb::TailState state;
  state.set_version(1);
  rocksdb::ContinuityState* c = state.mutable_continuity();
  cursor_.rules.save(c);
  c->set_incarnation(incarnation_);
  c->set_has_wal(cursor_.opened);
  c->set_wal_number(cursor_.wal);
  c->set_wal_offset(cursor_.offset);
  c->set_has_manifest(true);
  c->set_manifest_number(saved_manifest_);
  c->set_manifest_offset(saved_manifest_offset_);
  c->set_compression(cursor_.framing.compression);
  c->set_recyclable(cursor_.framing.recyclable);
  state.set_last_scn(last_scn_);
  state.set_last_complete_scn(last_complete_);
  state.set_exact_stream(exact_stream_);
  state.set_options_file(saved_options_);
  state.mutable_wal()->set_opened(cursor_.opened);
  state.mutable_wal()->set_file_has_batch(cursor_.file_has_batch);
  state.mutable_wal()->set_previous_wal(cursor_.previous_wal);
  state.mutable_wal()->set_previous_length(cursor_.previous_length);
  return state.SerializeAsString();
}

}  // namespace seabed::rocksdb_source
