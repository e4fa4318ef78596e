#include "core/source/rocksdb/manifest_tail.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/continuity.h"
#include "core/source/rocksdb/db_files.h"

namespace seabed::rocksdb_source {

namespace {
constexpr size_t kChunk = 256 << 10;
constexpr size_t kMaxRecord = 1 << 30;
constexpr size_t kPartBytes = 4 << 20;
constexpr size_t kKeptBuffer = 1 << 20;
constexpr auto kPatience = std::chrono::seconds(2);  // a write in progress looks broken for a moment only
constexpr int kTurns = 100;
}  // namespace

ManifestTail::ManifestTail(std::string database, std::string pins)
    : database_(std::move(database)),
      pins_(std::move(pins)),
      live_directory_(database_, false),
      pin_directory_(pins_, true),
      version_(std::make_unique<Version>()) {}
ManifestTail::~ManifestTail() = default;

Result<size_t> ManifestTail::fill(uint64_t offset, size_t at_least) {
  if (at_least > kMaxRecord) return fail(Code::kUnsupported, manifest_name(number_), "an edit is too long");
  if (buffer_.size() < at_least) buffer_.resize(at_least);
  return pread_full(file_.get(), std::span(buffer_.data(), at_least), offset, manifest_name(number_));
}

struct ManifestTail::Run {
  rocksdb::ManifestRun message;
  ManifestPart part;
  uint64_t bytes = 0;
};

void ManifestTail::begin(Run* run) const {
  run->message.Clear();
  run->message.set_manifest_number(number_);
  run->message.set_offset(offset_);
  run->message.set_begins_file(offset_ == 0);
  run->message.set_previous_manifest(previous_number_);
  run->message.set_previous_length(previous_length_);
  run->part = {};
  run->bytes = 0;
}

void ManifestTail::seal(Run* run, ManifestLook* look) const {
  rocksdb::ManifestRun& m = run->message;
  if (m.records_size() != 0) {
    m.set_end(m.ends(m.ends_size() - 1));
    m.set_snapshot_continues(old_ != nullptr);
    run->part.payload = m.SerializeAsString();
  }
  if (m.records_size() != 0 || !run->part.holes.empty()) look->parts.push_back(std::move(run->part));
  begin(run);
}

Status ManifestTail::take(const LogRecord& record, Run* run) {
  const std::string name = manifest_name(number_);
  SEABED_CHECK(version_->apply(record.data, name));
  run->message.add_records(record.data.data(), record.data.size());
  run->message.add_ends(record.end);
  run->bytes += record.end - offset_;
  offset_ = record.end;
  if (old_) {
    run->message.set_snapshot_records(static_cast<uint64_t>(run->message.records_size()));
    const bool counts = version_->families().size() == old_->families().size() &&
                        version_->file_count() == old_->file_count();
    if (counts && version_->same_files(*old_)) old_.reset();
    return ok();
  }
  SEABED_TRY(const VersionEdit edit, decode_version_edit(record.data, name));
  run->part.families_changed |= edit.add_family.has_value() || edit.drop_family;
  if (auto hole = hole_of_edit(edit, number_, record.end)) run->part.holes.push_back(std::move(*hole));
  for (const uint64_t sequence : ingested_sequences(edit)) run->part.ingested.push_back(sequence);
  return ok();
}

/// The new file is read to its end and never was the old state: something was not seen. Whatever it was, a
/// base taken from here on has it.
void ManifestTail::restatement_differs(Run* run) {
  rocksdb::Hole hole = hole_of_restatement(number_, offset_, previous_number_);
  run->part.holes.push_back(std::move(hole));
  run->message.set_snapshot_differs(true);
  old_.reset();
}

Status ManifestTail::broken(const std::string& reason) {
  const auto now = std::chrono::steady_clock::now();
  if (!broken_ || broken_->number != number_ || broken_->offset != offset_) {
    broken_ = Broken{number_, offset_, now};
    return ok();
  }
  if (now - broken_->since < kPatience) return ok();
  return fail(Code::kCorruption, manifest_name(number_),
              "it cannot be read at " + std::to_string(offset_) + ": " + reason,
              "check the disk; run ldb manifest_dump on it");
}

Result<ManifestTail::FileEnd> ManifestTail::read_records(uint64_t max_bytes, Run* run, ManifestLook* look) {
  LogParser parser(number_);
  uint64_t total = 0;
  size_t piece = kChunk;
  for (;;) {
    if (total >= max_bytes) return FileEnd::kLimit;
    SEABED_TRY(const size_t n, fill(offset_, piece));
    size_t at = 0;
    ParseResult r;
    while (at < n) {
      const uint64_t from = offset_;
      r = parser.next({buffer_.data() + at, n - at}, offset_);
      if (r.outcome != ParseOutcome::kRecord) break;
      SEABED_CHECK(take(r.record, run));
      at += offset_ - from;
      if (run->bytes >= kPartBytes) seal(run, look);
    }
    total += at;
    if (r.outcome == ParseOutcome::kUnsupported)
      return fail(Code::kUnsupported, manifest_name(number_), r.reason, "use a newer Seabed");
    if (r.outcome == ParseOutcome::kCorrupt) {
      SEABED_CHECK(broken(r.reason));
      return FileEnd::kBroken;
    }
    if (n < piece || r.outcome == ParseOutcome::kStale) return FileEnd::kEnd;
    piece = at == 0 ? piece * 2 : kChunk;
  }
}

Result<ManifestTail::FileEnd> ManifestTail::read_file(uint64_t max_bytes, ManifestLook* look) {
  Run run;
  begin(&run);
  const auto end = read_records(max_bytes, &run, look);
  if (end && *end == FileEnd::kEnd && old_) restatement_differs(&run);
  seal(&run, look);
  if (buffer_.size() > kKeptBuffer) buffer_ = {};
  return end;
}

void ManifestTail::rotate(uint64_t number, Fd fd) {
  previous_number_ = number_;
  previous_length_ = offset_;
  old_ = std::move(version_);
  version_ = std::make_unique<Version>();
  number_ = number;
  offset_ = 0;
  file_ = std::move(fd);
}

/// The next MANIFEST after ours that was kept: several may have come and gone between two looks.
Result<uint64_t> ManifestTail::following(uint64_t current) {
  SEABED_CHECK(live_directory_.list());
  if (!pins_.empty()) SEABED_CHECK(pin_directory_.list());
  uint64_t next = current;
  for (const WatchedDirectory* d : {&live_directory_, &pin_directory_})
    for (const ListedFile& f : d->files())
      if (f.name.kind == DbFileKind::kManifest && f.name.number > number_)
        next = std::min(next, f.name.number);
  return next;
}

Status ManifestTail::read(uint64_t max_bytes, ManifestLook* look) {
  for (int turn = 0; turn < kTurns; ++turn) {
    // CURRENT first: when it names another file, ours had got its last edit before.
    SEABED_TRY(const uint64_t now, current());
    SEABED_TRY(const FileEnd end, read_file(max_bytes, look));
    look->drained = end == FileEnd::kEnd && now == number_;
    if (end == FileEnd::kLimit || now == number_) return ok();
    if (now < number_) {
      look->gap = "CURRENT names " + manifest_name(now) + ", which is older than " + manifest_name(number_) +
                  ": the database was restored; a new incarnation begins";
      return ok();
    }
    SEABED_TRY(const uint64_t next, following(now));
    auto fd = open(next);
    if (fd) rotate(next, std::move(*fd));
    // else it moved on again: look at CURRENT once more
    if (!fd && fd.error().code != Code::kNotFound) return fail(fd.error());
  }
  return ok();
}

}  // namespace seabed::rocksdb_source
