#include "core/source/rocksdb/write_batch.h"

#include <xxhash.h>

#include <algorithm>
#include <set>

#include "core/base/bytes.h"

namespace seabed::rocksdb_source {

namespace {
constexpr std::string_view kStampMagic = "SEABEDST";

enum Tag : uint8_t {
  kDeletion = 0x0,
  kValue = 0x1,
  kMerge = 0x2,
  kLogData = 0x3,
  kFamilyDeletion = 0x4,
  kFamilyValue = 0x5,
  kFamilyMerge = 0x6,
  kSingleDeletion = 0x7,
  kFamilySingleDeletion = 0x8,
  kBeginPrepare = 0x9,
  kEndPrepare = 0xA,
  kCommit = 0xB,
  kRollback = 0xC,
  kNoop = 0xD,
  kFamilyRangeDeletion = 0xE,
  kRangeDeletion = 0xF,
  kFamilyBlobIndex = 0x10,
  kBlobIndex = 0x11,
  kBeginPersistedPrepare = 0x12,
  kBeginUnprepare = 0x13,
  kCommitWithTimestamp = 0x15,
  kWideColumns = 0x16,
  kFamilyWideColumns = 0x17,
  kPreferredSequence = 0x18,
  kFamilyPreferredSequence = 0x19,
};

/// How an entry is laid out behind its tag.
enum class Shape : uint8_t {
  kKey,
  kKeyValue,
  kFamilyKey,
  kFamilyKeyValue,
  kBlob,
  kBare,
  kXid,
  kTimeXid,
  kUnknown
};

constexpr Shape shape_of(uint8_t tag) {
  switch (tag) {
    case kDeletion:
    case kSingleDeletion: return Shape::kKey;
    case kFamilyDeletion:
    case kFamilySingleDeletion: return Shape::kFamilyKey;
    case kValue:
    case kMerge:
    case kRangeDeletion:
    case kBlobIndex:
    case kWideColumns:
    case kPreferredSequence: return Shape::kKeyValue;
    case kFamilyValue:
    case kFamilyMerge:
    case kFamilyRangeDeletion:
    case kFamilyBlobIndex:
    case kFamilyWideColumns:
    case kFamilyPreferredSequence: return Shape::kFamilyKeyValue;
    case kLogData: return Shape::kBlob;
    case kBeginPrepare:
    case kBeginPersistedPrepare:
    case kBeginUnprepare:
    case kNoop: return Shape::kBare;
    case kEndPrepare:
    case kCommit:
    case kRollback: return Shape::kXid;
    case kCommitWithTimestamp: return Shape::kTimeXid;
    default: return Shape::kUnknown;
  }
}

class Walker {
 public:
  Walker(std::string_view entries, bool duplicates, BatchFacts* out)
      : in_(entries), duplicates_(duplicates), out_(*out) {}

  Status run() {
    while (!in_.empty()) {
      uint8_t tag = 0;
      in_.u8(&tag);
      const Shape shape = shape_of(tag);
      if (shape == Shape::kUnknown)
        return fail(Code::kUnsupported, "write batch", "the tag " + std::to_string(tag) + " is not known",
                    "the database was written by a newer RocksDB: use a newer Seabed");
      if (!entry(tag, shape)) return fail(Code::kCorruption, "write batch", "an entry is cut short");
    }
    if (in_prepare_) return fail(Code::kCorruption, "write batch", "a prepared section has no end");
    out_.open_end = since_boundary_ != 0;
    return ok();
  }

 private:
  bool entry(uint8_t tag, Shape shape) {
    std::string_view first, second;
    uint32_t family = 0;
    switch (shape) {
      case Shape::kFamilyKey:
      case Shape::kFamilyKeyValue:
        if (!in_.varint32(&family)) return false;
        [[fallthrough]];
      case Shape::kKey:
      case Shape::kKeyValue:
        if (!in_.length_prefixed(&first)) return false;
        if ((shape == Shape::kKeyValue || shape == Shape::kFamilyKeyValue) && !in_.length_prefixed(&second))
          return false;
        key(family, first);
        return true;
      case Shape::kBlob:
        if (!in_.length_prefixed(&first)) return false;
        log_data(first);
        return true;
      case Shape::kBare: return bare(tag);
      case Shape::kTimeXid:
        if (!in_.length_prefixed(&first)) return false;
        [[fallthrough]];
      default: return in_.length_prefixed(&first) && marker(tag, first);
    }
  }

  void key(uint32_t family, std::string_view user_key) {
    ++(in_prepare_ ? section_ : out_.keys);
    ++since_boundary_;
    if (family != last_family_ || out_.families.empty()) {
      last_family_ = family;
      auto& all = out_.families;
      const auto at = std::lower_bound(all.begin(), all.end(), family);
      if (at == all.end() || *at != family) all.insert(at, family);
    }
    if (!duplicates_ || seen_.emplace(family, user_key).second) return;
    ++out_.duplicates;
    seen_.clear();
    seen_.emplace(family, user_key);
  }

  void log_data(std::string_view blob) {
    ++since_boundary_;  // a batch of nothing but a blob is still a batch
    const auto scn = decode_stamp(blob);
    if (!scn) return;
    out_.first_stamp = out_.stamps == 0 ? *scn : std::min(out_.first_stamp, *scn);
    out_.last_stamp = std::max(out_.last_stamp, *scn);
    ++out_.stamps;
  }

  void boundary() {
    ++out_.boundaries;
    since_boundary_ = 0;
    seen_.clear();
  }

  bool bare(uint8_t tag) {
    if (tag == kNoop) {  // separates sub-batches, or only holds the place of a marker
      if (since_boundary_ != 0) boundary();
      return true;
    }
    if (in_prepare_) return false;
    in_prepare_ = true;
    section_ = 0;
    (tag == kBeginPrepare ? out_.write_committed : out_.write_prepared) = true;
    return true;
  }

  bool marker(uint8_t tag, std::string_view xid) {
    const bool end = tag == kEndPrepare;
    if (end != in_prepare_) return false;
    const auto kind = end                ? TwoPhaseEvent::Kind::kPrepare
                      : tag == kRollback ? TwoPhaseEvent::Kind::kRollback
                                         : TwoPhaseEvent::Kind::kCommit;
    out_.events.push_back({kind, std::string(xid), end ? section_ : 0});
    if (end) out_.prepared_keys += section_;
    in_prepare_ = false;
    boundary();
    return true;
  }

  ByteReader in_;
  bool duplicates_;
  BatchFacts& out_;
  bool in_prepare_ = false;
  uint64_t section_ = 0, since_boundary_ = 0;
  uint32_t last_family_ = 0;
  std::set<std::pair<uint32_t, std::string_view>> seen_;
};
}  // namespace

void BatchFacts::clear() {
  auto kept_events = std::move(events);
  auto kept_families = std::move(families);
  *this = {};
  kept_events.clear();
  kept_families.clear();
  events = std::move(kept_events);
  families = std::move(kept_families);
}

Status walk_batch(std::string_view batch, bool count_duplicates, BatchFacts* out) {
  out->clear();
  ByteReader header(batch);
  if (!header.u64(&out->sequence) || !header.u32(&out->count))
    return fail(Code::kCorruption, "write batch", "it is shorter than its header");
  return Walker(header.rest(), count_duplicates, out).run();
}

std::string encode_stamp(Scn scn) {
  std::string out(kStampMagic);
  put_u64(out, scn);
  put_u64(out, XXH3_64bits(out.data(), out.size()));
  return out;
}

std::optional<Scn> decode_stamp(std::string_view blob) {
  if (blob.size() != kStampSize || !blob.starts_with(kStampMagic)) return std::nullopt;
  if (load_u64(blob.data() + 16) != XXH3_64bits(blob.data(), 16)) return std::nullopt;
  return load_u64(blob.data() + 8);
}

}  // namespace seabed::rocksdb_source
