#include "core/source/rocksdb/log_framing.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/checksum.h"

namespace seabed::rocksdb_source {

namespace {
enum Type : uint8_t {
  kZero = 0,
  kFull = 1,
  kFirst = 2,
  kMiddle = 3,
  kLast = 4,
  kRecyclableFull = 5,
  kRecyclableLast = 8,
  kSetCompression = 9,
  kTimestampSizes = 10,
  kRecyclableTimestampSizes = 11,
  kIgnorable = 128,  // bit 7: a reader may skip what it does not know
  kRecyclablePredecessor = 131,
};
constexpr uint32_t kZstd = 7, kNoCompression = 0;
constexpr int kWindowLogMax = 25;  // 32 MiB: far above what level 3 uses

bool recyclable_type(uint8_t t) {
  return (t >= kRecyclableFull && t <= kRecyclableLast) || t == kRecyclableTimestampSizes ||
         t == kRecyclablePredecessor;
}
bool known_type(uint8_t t) { return (t >= kFull && t <= kRecyclableTimestampSizes) || t >= kIgnorable; }
}  // namespace

struct LogParser::Zstd {
  ZSTD_DCtx* ctx = ZSTD_createDCtx();
  Zstd() { ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, kWindowLogMax); }
  ~Zstd() { ZSTD_freeDCtx(ctx); }
};

struct LogParser::Fragment {
  uint8_t type = 0;
  std::string_view data;
  size_t consumed = 0;  // padding, header and data
};

LogParser::LogParser(uint64_t log_number, FramingState state, uint64_t limit)
    : log_number_(log_number), state_(state), limit_(limit) {}
LogParser::~LogParser() = default;
LogParser::LogParser(LogParser&&) noexcept = default;
LogParser& LogParser::operator=(LogParser&&) noexcept = default;

ParseOutcome LogParser::fragment(std::string_view bytes, uint64_t offset, Fragment* out,
                                 std::string* reason) const {
  const ParseOutcome broken = state_.recyclable ? ParseOutcome::kStale : ParseOutcome::kCorrupt;
  size_t at = 0, leftover = kLogBlockSize - offset % kLogBlockSize;
  for (;;) {
    if (leftover < kLogHeaderSize) {  // a block's trailer, too short for a header
      at += leftover;
      leftover = kLogBlockSize;
    }
    if (bytes.size() < at + kLogHeaderSize) return ParseOutcome::kIncomplete;
    const char* h = bytes.data() + at;
    const size_t length = load_u16(h + 4);
    const auto type = static_cast<uint8_t>(h[6]);
    if (type == kZero && length == 0) {
      if (leftover >= kRecyclableHeaderSize) {
        *reason = "zeros where a record should begin";
        return ParseOutcome::kStale;
      }
      at += leftover;  // the longer trailer of a recyclable file
      leftover = kLogBlockSize;
      continue;
    }
    const size_t header = recyclable_type(type) ? kRecyclableHeaderSize : kLogHeaderSize;
    if (header + length > leftover) {
      *reason = "a record reaches over the end of its block";
      return broken;
    }
    // A recycled header tells at once that the bytes are of the file's earlier life.
    if (header == kRecyclableHeaderSize && bytes.size() >= at + header &&
        load_u32(h + kLogHeaderSize) != static_cast<uint32_t>(log_number_)) {
      *reason = "a record of an earlier log number";
      return ParseOutcome::kStale;
    }
    if (bytes.size() < at + header + length) return ParseOutcome::kIncomplete;
    if (unmask_crc(load_u32(h)) != crc32c({h + 6, header - 6 + length})) {
      *reason = "a checksum does not match";
      return broken;
    }
    if (!known_type(type)) {
      *reason = "unknown record type " + std::to_string(type);
      return ParseOutcome::kUnsupported;
    }
    *out = {type, {h + header, length}, at + header + length};
    return ParseOutcome::kRecord;
  }
}

ParseOutcome LogParser::control(const Fragment& f, std::string* reason) {
  if (f.type != kSetCompression) return ParseOutcome::kRecord;
  if (f.data.size() < 4) {
    *reason = "a compression record is cut short";
    return ParseOutcome::kCorrupt;
  }
  const uint32_t kind = load_u32(f.data.data());
  if (kind != kNoCompression && kind != kZstd) {
    *reason = "log compression " + std::to_string(kind) + " is not known";
    return ParseOutcome::kUnsupported;
  }
  state_.compression = kind;
  return ParseOutcome::kRecord;
}

ParseOutcome LogParser::join(std::string_view piece, uint8_t type, bool* done, std::string* reason) {
  const bool first = type == kFirst, last = type == kLast;
  if (first == in_record_) {
    *reason = first ? "a record begins inside another" : "a record's beginning is missing";
    return state_.recyclable ? ParseOutcome::kStale : ParseOutcome::kCorrupt;
  }
  if (first) joined_.clear();
  if (joined_.size() + piece.size() > limit_) {
    *reason = "a record is longer than " + std::to_string(limit_) + " bytes";
    return ParseOutcome::kUnsupported;
  }
  joined_.append(piece);
  in_record_ = !last;
  *done = last;
  return ParseOutcome::kRecord;
}

ParseOutcome LogParser::decompress(std::string_view packed, std::string* reason) {
  if (!zstd_) zstd_ = std::make_unique<Zstd>();
  ZSTD_DCtx_reset(zstd_->ctx, ZSTD_reset_session_only);
  plain_.clear();
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  size_t state = 1;
  for (;;) {
    const size_t had = plain_.size();
    plain_.resize(std::max<size_t>(had * 2, 64 << 10));
    ZSTD_outBuffer out{plain_.data(), plain_.size(), had};
    state = ZSTD_decompressStream(zstd_->ctx, &out, &in);
    plain_.resize(out.pos);
    if (ZSTD_isError(state)) {
      *reason = std::string("a compressed record cannot be read: ") + ZSTD_getErrorName(state);
      return ParseOutcome::kCorrupt;
    }
    if (plain_.size() > limit_) {
      *reason = "a compressed record is longer than " + std::to_string(limit_) + " bytes";
      return ParseOutcome::kUnsupported;
    }
    if (out.pos < out.size && in.pos == in.size) break;  // nothing more comes out
  }
  if (state == 0) return ParseOutcome::kRecord;
  *reason = "a compressed record ends early";
  return ParseOutcome::kCorrupt;
}

ParseOutcome LogParser::finish(bool single, std::string_view whole, ParseResult* out) {
  in_record_ = false;
  out->record.data = single ? whole : std::string_view(joined_);
  if (state_.compression == kNoCompression) return ParseOutcome::kRecord;
  const ParseOutcome done = decompress(out->record.data, &out->reason);
  out->record.data = plain_;
  return done;
}

ParseResult LogParser::next(std::string_view bytes, uint64_t offset) {
  ParseResult out;
  in_record_ = false;
  size_t at = 0;
  for (;;) {
    Fragment f;
    out.outcome = fragment(bytes.substr(at), offset + at, &f, &out.reason);
    if (out.outcome != ParseOutcome::kRecord) return out;
    at += f.consumed;
    if (recyclable_type(f.type)) state_.recyclable = true;
    const auto type =
        static_cast<uint8_t>(f.type >= kRecyclableFull && f.type <= kRecyclableLast ? f.type - 4 : f.type);
    bool done = false;
    if (type > kLast) {
      if (in_record_ && type >= kIgnorable) continue;
      out.outcome = in_record_ ? ParseOutcome::kCorrupt : control(f, &out.reason);
      if (in_record_) out.reason = "a control record inside another";
      out.record.kind = RecordKind::kControl;
      out.record.data = f.data;
      done = true;
    } else if (type == kFull && !in_record_) {
      out.outcome = finish(true, f.data, &out);
      done = true;
    } else {
      out.outcome = join(f.data, type == kFull ? uint8_t{kFirst} : type, &done, &out.reason);
      if (done && out.outcome == ParseOutcome::kRecord) out.outcome = finish(false, {}, &out);
    }
    if (out.outcome != ParseOutcome::kRecord) return out;
    if (!done) continue;
    out.record.begin = offset;
    out.record.end = offset + at;
    return out;
  }
}

void LogWriter::append(std::string& out, std::string_view record) {
  bool begin = true;
  do {
    const size_t leftover = kLogBlockSize - offset_ % kLogBlockSize;
    if (leftover < kLogHeaderSize) {
      out.append(leftover, '\0');
      offset_ += leftover;
    }
    const size_t avail = kLogBlockSize - offset_ % kLogBlockSize - kLogHeaderSize;
    const size_t n = std::min(avail, record.size());
    const bool end = n == record.size();
    const char type = static_cast<char>(begin ? (end ? kFull : kFirst) : (end ? kLast : kMiddle));
    const uint32_t crc = crc32c(record.substr(0, n), crc32c({&type, 1}));
    put_u32(out, mask_crc(crc));
    put_u16(out, static_cast<uint16_t>(n));
    out.push_back(type);
    out.append(record.substr(0, n));
    offset_ += kLogHeaderSize + n;
    record.remove_prefix(n);
    begin = false;
  } while (!record.empty());
}

}  // namespace seabed::rocksdb_source
