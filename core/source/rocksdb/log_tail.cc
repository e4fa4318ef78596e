#include "core/source/rocksdb/log_tail.h"

#include <algorithm>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/linker.h"
#include "core/source/rocksdb/snapshot_look.h"
#include "core/source/rocksdb/tail_look.h"

namespace seabed::rocksdb_source {

namespace {
constexpr uint64_t kMetadataBytes = 16 << 20;  // of MANIFEST records in a step, at least
}  // namespace

namespace {
TailConfig completed(TailConfig config) {
  if (config.wal_directory.empty()) config.wal_directory = config.database;
  return config;
}
}  // namespace

LogTail::LogTail(const TailConfig& config, Clock& clock)
    : config_(completed(config)),
      clock_(clock),
      directory_(config_.wal_directory, config_.links, config_.database),
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
  if (manifests_.empty() || manifests_.rbegin()->second != manifest_.number())
    manifests_[position_] = manifest_.number();
}

Status LogTail::release(const Lsn& end) {
  SEABED_TRY(const LogPosition p, decode_lsn(end));
  uint64_t manifest = 0;
  {
    std::lock_guard lock(position_mutex_);
    auto next = manifests_.upper_bound(p);
    if (next != manifests_.begin()) manifest = std::prev(next)->second;
    // A checkpoint at `end` may have been kept while the MANIFEST before was still being read.
    if (next != manifests_.begin() && std::prev(next) != manifests_.begin())
      manifests_.erase(manifests_.begin(), std::prev(next));
    if (next != manifests_.begin() && std::prev(next)->first == p) manifest = 0;
  }
  if (config_.links.empty() || p.incarnation != incarnation_) return ok();
  return release_links(config_.links, p.wal, manifest);
}

Status LogTail::begin(uint64_t incarnation) {
  incarnation_ = incarnation;
  if (!config_.links.empty())
    SEABED_CHECK(drop_stale_links(config_.links, config_.database, config_.wal_directory));
  SEABED_CHECK(manifest_.start());
  Look first;
  SEABED_CHECK(directory_.refresh(true));
  const Version& version = manifest_.version();
  const auto oldest = version.knows_oldest_log() ? std::nullopt : directory_.oldest_live();
  first.cursor.wal = first.cursor.first_wal = std::min(version.start_wal(), oldest.value_or(version.start_wal()));
  SEABED_CHECK(reader_.locate(&first.cursor));
  saved_manifest_ = manifest_.number();
  saved_manifest_offset_ = manifest_.offset();
  advance(first);
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
  families_told_ &= !families_changed;
  SEABED_TRY(auto options, options_.look(families_changed || !options_.known()));
  if (options) options_runs_.push_back(std::move(*options));
  cursor_.rules.set_write_queues(options_.two_write_queues(), options_.known());
  look->cursor.rules.set_write_queues(options_.two_write_queues(), options_.known());
  settle_beginning(look);
  return ok();
}

/// min_log_number_to_keep is not above the WAL of any transaction that stands prepared (rocksdb-attach.md section 2): once it
/// has passed the first WAL read, what was prepared before that is settled, by WALs that have their numbers already.
void LogTail::settle_beginning(Look* look) {
  const Version& version = manifest_.version();
  if (cursor_.begun_with != 0 || cursor_.first_wal == 0 || version.min_log_number_to_keep() < cursor_.first_wal) return;
  cursor_.begun_with = look->cursor.begun_with = version.next_file_number();
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
  const StepStamps stamps =
      stamps_of(look, metadata_.parts.size() + options_runs_.size() + look.jumps.size() + holes_told());
  step.clock_before = look.before.now;
  add_metadata(&look, &step, stamps);
  add_log(&look, &step, stamps);
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
  if (drained && !families_told_) tell_tablets(&step);
  metadata_ = {};
  options_runs_.clear();
  saved_manifest_ = manifest_.number();
  saved_manifest_offset_ = manifest_.offset();
  saved_options_ = options_.archived();
  return step;
}

void LogTail::tell_tablets(LogStep* step) {
  step->tablets.emplace();
  for (const auto& [id, family] : manifest_.version().families())
    step->tablets->push_back({id, "", family.name, tablet_attributes(family)});
  families_told_ = true;
}

size_t LogTail::holes_told() const {
  size_t n = 0;
  for (const ManifestPart& part : metadata_.parts) n += part.holes.size();
  return n;
}

}  // namespace seabed::rocksdb_source
