#include "core/media/archive_resume.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <limits>

#include "core/format/frame.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/media/log_object.h"

namespace seabed {

namespace {
constexpr size_t kChunk = 1 << 20;
constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

// Reads one object from its front; keeps the bytes that are not consumed yet.
class Window {
 public:
  Window(LogObject& object, uint64_t limit) : object_(object), limit_(limit) {}
  std::string_view rest() const { return std::string_view(bytes_).substr(at_); }
  void consume(size_t n) { at_ += n; }
  bool ended() const { return ended_; }
  /// At least `n` bytes unless the object (or the limit) ends before.
  Status want(size_t n) {
    while (!ended_ && bytes_.size() - at_ < n) {
      bytes_.erase(0, at_);
      at_ = 0;
      const size_t have = bytes_.size();
      const size_t ask = static_cast<size_t>(std::min<uint64_t>(std::max(kChunk, n - have), limit_ - offset_));
      bytes_.resize(have + ask);
      const auto got = ask == 0 ? Result<size_t>(0) : object_.read_at(offset_, std::span(bytes_).subspan(have));
      bytes_.resize(have + (got ? *got : 0));
      if (!got) return fail(got.error());
      offset_ += *got;
      ended_ = *got < ask || ask == 0;
    }
    return ok();
  }

 private:
  LogObject& object_;
  uint64_t limit_, offset_ = 0;
  std::string bytes_;
  size_t at_ = 0;
  bool ended_ = false;
};

void take_header(const meta::LogFileHeader& h, LogFileScan* scan) {
  scan->file.epoch = h.epoch();
  scan->writer = h.writer();
  scan->incarnation = h.incarnation();
  scan->start.bytes = h.start_lsn();
  scan->previous_piece_id = h.previous_piece_id();
  scan->previous_file_id = h.previous_file_id();
  scan->previous_length = h.previous_length();
  if (h.previous_hash128().size() == scan->previous_hash.size())
    std::copy(h.previous_hash128().begin(), h.previous_hash128().end(), scan->previous_hash.begin());
}

Status check_header(const meta::LogFileHeader& h, const ArchiveStreamId& id, uint64_t piece, uint32_t file,
                    const std::string& key) {
  if (h.tenant_id() == id.tenant_id && h.dest_id() == id.dest_id && h.round_id() == id.round_id &&
      h.piece_id() == piece && h.ls_id() == id.ls_id && h.file_id() == file)
    return ok();
  return fail(Code::kCorruption, key, "its header names another stream, piece or file",
              "the file was moved or the destination is shared: run seabed verify");
}
}  // namespace

Result<LogFileScan> scan_log_file(ObjectStore& store, const ArchiveStreamId& id, uint64_t piece_id, uint32_t file_id,
                                  uint64_t limit, const GroupVisitor& visit, const IoContext& ctx) {
  const std::string key = paths::log_file(id.piece(piece_id), id.ls_id, file_id);
  SEABED_TRY(const auto object, open_log_object(store, key, ctx));
  Window window(*object, limit);
  SEABED_CHECK(window.want(kFileHeaderSize + 64 * 1024));
  size_t used = 0;
  SEABED_TRY(const meta::LogFileHeader header, decode_log_file_header(window.rest(), &used, key));
  SEABED_CHECK(check_header(header, id, piece_id, file_id, key));
  LogFileScan scan;
  scan.file.piece_id = piece_id;
  scan.file.file_id = file_id;
  take_header(header, &scan);
  Hasher128 hasher;
  auto accept = [&](size_t n) {
    hasher.update(window.rest().substr(0, n));
    window.consume(n);
    scan.file.length += n;
  };
  accept(used);
  for (size_t need = 1;;) {
    SEABED_CHECK(window.want(need));
    if (window.rest().empty()) break;
    LogGroup group;
    size_t needed = 0;
    const GroupRead read = decode_group(window.rest(), &group, &used, &needed, &scan.torn);
    if (read == GroupRead::kNeedMore && !window.ended()) {
      need = needed;
      continue;
    }
    if (read == GroupRead::kNeedMore) scan.torn = "ends inside a log group";
    if (read != GroupRead::kGroup) break;
    scan.file.add(meta_of(group));
    accept(used);
    need = 1;
    if (visit) visit(group);
  }
  scan.file.hash = hasher.digest();
  if (limit == kNoLimit) scan.ignored_bytes = object->size() - std::min(object->size(), scan.file.length);
  if (scan.torn.empty() && scan.file.length < limit && object->parts() && object->parts()->problem)
    scan.torn = object->parts()->problem->message();
  return scan;
}

Result<std::vector<uint32_t>> list_log_files(ObjectStore& store, const ArchiveStreamId& id, uint64_t piece_id,
                                             const IoContext& ctx) {
  const std::string dir = paths::ls_log_dir(id.piece(piece_id), id.ls_id);
  SEABED_TRY(const auto entries, list_all(store, dir, ctx));
  std::vector<uint32_t> files;
  // An object without bytes was made by an append that never came: its number is still free.
  for (const auto& entry : entries)
    if (const auto n = paths::parse_log_file(dir, entry.key); n && entry.size > 0) files.push_back(*n);
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

namespace {
class TailFinder {
 public:
  TailFinder(ObjectStore& store, const ArchiveStreamId& id, const IoContext& ctx) : store_(store), id_(id), ctx_(ctx) {}

  Result<StreamTail> run(uint64_t first_piece, uint64_t newest_piece) {
    SEABED_TRY(const bool any, newest_file(first_piece, newest_piece));
    if (!any) return std::move(tail_);
    uint64_t piece = tail_.last.piece_id, limit = kNoLimit;
    uint32_t file = tail_.last.file_id;
    std::optional<Hash128> promised;
    // Backwards along the headers: to the oldest open piece, and on until a group that carries log is found.
    while (file != 0 && (piece >= first_piece || !complete())) {
      SEABED_TRY(LogFileScan scan, read(piece, file, limit));
      if (promised && (scan.file.length != limit || scan.file.hash != *promised)) {
        tail_.damage.push_back(fmt::format("{}: does not hold the {} bytes that its successor names",
                                           paths::log_file(id_.piece(piece), id_.ls_id, file), limit));
        scan.file.length = limit;
        scan.file.hash = *promised;
      }
      if (piece >= first_piece) tail_.files.push_back(scan.file);
      if (limit == kNoLimit) take_last(scan);
      limit = scan.previous_length;
      promised = scan.previous_hash;
      piece = scan.previous_piece_id;
      file = scan.previous_file_id;
    }
    std::reverse(tail_.files.begin(), tail_.files.end());
    return std::move(tail_);
  }

 private:
  bool complete() const { return !tail_.end.empty() && tail_.scn_hi != 0; }

  // A stream enters pieces one after the other, so the newest is found by walking up, or down when it lags.
  Result<bool> newest_file(uint64_t first_piece, uint64_t newest_piece) {
    uint64_t piece = std::max<uint64_t>(newest_piece, 1);
    SEABED_TRY(auto files, list_log_files(store_, id_, piece, ctx_));
    while (files.empty() && piece > 1 && piece + 1 > first_piece) {
      SEABED_TRY(files, list_log_files(store_, id_, --piece, ctx_));
    }
    if (files.empty()) return false;
    for (;;) {
      SEABED_TRY(auto above, list_log_files(store_, id_, piece + 1, ctx_));
      if (above.empty()) break;
      files = std::move(above);
      ++piece;
    }
    tail_.last.piece_id = piece;
    tail_.last.file_id = files.back();
    return true;
  }

  Result<LogFileScan> read(uint64_t piece, uint32_t file, uint64_t limit) {
    Lsn end;
    Scn scn_hi = 0, scn_lo = 0;
    uint64_t incarnation = 0;
    auto visit = [&](LogGroup& g) {
      scn_hi = g.scn_hi;
      if (g.stamp == StampSource::kObserved) scn_lo = g.scn_lo;
      incarnation = g.incarnation;
      if (carries_log(g.type)) end = g.end;
    };
    SEABED_TRY(LogFileScan scan, scan_log_file(store_, id_, piece, file, limit, visit, ctx_));
    if (tail_.end.empty()) tail_.end = end;
    if (tail_.scn_hi == 0) tail_.scn_hi = scn_hi, tail_.scn_lo = scn_lo, tail_.incarnation = incarnation;
    return scan;
  }

  void take_last(const LogFileScan& scan) {
    tail_.last = scan.file;
    tail_.last_writer = scan.writer;
    tail_.torn = scan.torn;
    tail_.ignored_bytes = scan.ignored_bytes;
  }

  ObjectStore& store_;
  ArchiveStreamId id_;
  const IoContext& ctx_;
  StreamTail tail_;
};
}  // namespace

Result<StreamTail> find_tail(ObjectStore& store, const ArchiveStreamId& id, uint64_t first_piece,
                             uint64_t newest_piece, const IoContext& ctx) {
  return TailFinder(store, id, ctx).run(first_piece, newest_piece);
}

}  // namespace seabed
