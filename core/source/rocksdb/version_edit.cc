// VersionEdit: bytes to fields and, for what a restore writes, back (RocksDB: db/version_edit.cc).

#include "core/base/bytes.h"
#include "core/source/rocksdb/manifest.h"

namespace seabed::rocksdb_source {

namespace {
enum Tag : uint32_t {
  kComparator = 1,
  kLogNumber = 2,
  kNextFileNumber = 3,
  kLastSequence = 4,
  kCompactCursor = 5,
  kDeletedFile = 6,
  kNewFile = 7,
  kPrevLogNumber = 9,
  kMinLogNumberToKeep = 10,
  kNewFile2 = 100,
  kNewFile3 = 102,
  kNewFile4 = 103,
  kColumnFamily = 200,
  kColumnFamilyAdd = 201,
  kColumnFamilyDrop = 202,
  kMaxColumnFamily = 203,
  kInAtomicGroup = 300,
  kBlobFileAddition = 400,
  kBlobFileGarbage = 401,
  kSafeIgnoreBit = 1u << 13,
  kDbId = 8193,
  kBlobFileAdditionOld = 8194,  // the same bytes as 400, without the length that ignorable tags have
  kBlobFileGarbageOld = 8195,
  kWalAddition = 8196,  // likewise without a length
  kWalDeletion = 8197,
  kFullHistoryTsLow = 8198,
  kWalAddition2 = 8199,
  kWalDeletion2 = 8200,
};

enum CustomTag : uint32_t {
  kTerminate = 1,
  kMinLogNumberToKeepHack = 3,
  kOldestBlob = 4,
  kFileCreationTime = 6,
  kChecksum = 7,
  kChecksumFunction = 8,
  kTemperature = 9,
  kUniqueId = 12,
  kEpochNumber = 13,
  kPathId = 65,
  kCustomMustKnow = 1u << 6,
};
constexpr int kMaxLevel = 1000;

bool get_level(ByteReader& in, int* level) {
  uint32_t v = 0;
  if (!in.varint32(&v) || v > kMaxLevel) return false;
  *level = static_cast<int>(v);
  return true;
}

/// One decoding: the reader, the edit and where to complain.
struct Decoder {
  ByteReader in;
  const std::string& object;
  VersionEdit edit;

  Status malformed(const char* what) const {
    return fail(Code::kCorruption, object, std::string("a version edit is malformed: ") + what,
                "run ldb manifest_dump on it, or take a new look");
  }
  Status unknown(const char* what, uint32_t tag) const {
    return fail(Code::kUnsupported, object,
                std::string(what) + " " + std::to_string(tag) + " is not known and may not be skipped",
                "the database was written by a newer RocksDB: use a newer Seabed");
  }

  bool number(std::optional<uint64_t>* out) {
    uint64_t v = 0;
    if (!in.varint64(&v)) return false;
    *out = v;
    return true;
  }
  bool number32(std::optional<uint32_t>* out) {
    uint32_t v = 0;
    if (!in.varint32(&v)) return false;
    *out = v;
    return true;
  }
  bool text(std::optional<std::string>* out) {
    std::string_view v;
    if (!in.length_prefixed(&v)) return false;
    *out = std::string(v);
    return true;
  }

  Status custom_field(uint32_t tag, std::string_view field, SstFacts* file) {
    ByteReader f(field);
    bool good = true;
    uint64_t v = 0;
    switch (tag) {
      case kMinLogNumberToKeepHack:
        good = f.u64(&v);
        if (good) edit.min_log_number_to_keep = v;
        break;
      case kOldestBlob: good = f.varint64(&file->oldest_blob); break;
      case kFileCreationTime: good = f.varint64(&file->creation_time); break;
      case kChecksum: file->checksum = std::string(field); break;
      case kChecksumFunction: file->checksum_function = std::string(field); break;
      case kTemperature: file->temperature = field.size() == 1 ? static_cast<uint8_t>(field[0]) : 0; break;
      case kUniqueId: good = f.u64(&file->unique_id[0]) && f.u64(&file->unique_id[1]); break;
      case kEpochNumber: good = f.varint64(&file->epoch_number); break;
      case kPathId:
        good = field.size() == 1;
        if (good) file->path_id = static_cast<uint8_t>(field[0]);
        break;
      default:
        if ((tag & kCustomMustKnow) != 0) return unknown("the new file's field", tag);
    }
    return good ? ok() : malformed("a field of a new file");
  }

  Status custom_fields(SstFacts* file) {
    for (;;) {
      uint32_t tag = 0;
      std::string_view field;
      if (!in.varint32(&tag)) return malformed("a new file has no end");
      if (tag == kTerminate) return ok();
      if (!in.length_prefixed(&field)) return malformed("a new file's field");
      SEABED_CHECK(custom_field(tag, field, file));
    }
  }

  Status new_file(uint32_t kind) {
    NewSst file;
    SstFacts& f = file.facts;
    std::string_view smallest, largest;
    bool good = get_level(in, &f.level) && in.varint64(&f.number);
    if (good && kind == kNewFile3) good = in.varint32(&f.path_id);
    good = good && in.varint64(&f.size) && in.length_prefixed(&smallest) && in.length_prefixed(&largest);
    if (good && kind != kNewFile)
      good = in.varint64(&f.smallest_sequence) && in.varint64(&f.largest_sequence);
    if (!good) return malformed("a new file");
    if (kind == kNewFile4) SEABED_CHECK(custom_fields(&f));
    file.smallest = smallest;
    file.largest = largest;
    edit.new_files.push_back(std::move(file));
    return ok();
  }

  /// Trailing fields of blob edits: (tag, bytes) pairs up to tag 0.
  Status blob_fields() {
    for (;;) {
      uint32_t tag = 0;
      std::string_view field;
      if (!in.varint32(&tag)) return malformed("a blob file has no end");
      if (tag == 0) return ok();
      if ((tag & kCustomMustKnow) != 0) return unknown("the blob file's field", tag);
      if (!in.length_prefixed(&field)) return malformed("a blob file's field");
    }
  }

  Status blob_addition() {
    BlobFacts b;
    std::string_view method, sum;
    if (!in.varint64(&b.number) || !in.varint64(&b.total_count) || !in.varint64(&b.total_bytes) ||
        !in.length_prefixed(&method) || !in.length_prefixed(&sum))
      return malformed("a blob file");
    b.checksum_method = method;
    b.checksum = sum;
    SEABED_CHECK(blob_fields());
    edit.new_blobs.push_back(std::move(b));
    return ok();
  }

  Status blob_garbage() {
    BlobFacts b;
    if (!in.varint64(&b.number) || !in.varint64(&b.garbage_count) || !in.varint64(&b.garbage_bytes))
      return malformed("a blob file's garbage");
    SEABED_CHECK(blob_fields());
    edit.blob_garbage.push_back(std::move(b));
    return ok();
  }

  /// `framed`: inside a length-prefixed field.
  Status wal_addition(ByteReader& from) {
    uint64_t number = 0;
    std::optional<uint64_t> synced;
    if (!from.varint64(&number)) return malformed("a WAL addition");
    for (;;) {
      uint32_t tag = 0;
      uint64_t size = 0;
      if (!from.varint32(&tag)) return malformed("a WAL addition has no end");
      if (tag == 1) break;
      if (tag != 2 || !from.varint64(&size)) return malformed("a WAL addition's field");
      synced = size;
    }
    edit.wal_additions.emplace_back(number, synced);
    return ok();
  }

  Status ignorable(uint32_t tag) {
    std::string_view field;
    if (!in.length_prefixed(&field)) return malformed("an ignorable field");
    ByteReader f(field);
    if (tag == kWalAddition2) return wal_addition(f);
    if (tag == kWalDeletion2) {
      uint64_t v = 0;
      if (!f.varint64(&v)) return malformed("a WAL deletion");
      edit.wal_deletion = v;
    } else if (tag == kDbId) {
      edit.db_id = std::string(field);
    } else if (tag > kWalDeletion2) {
      edit.ignored_tags.push_back(tag);
    }
    return ok();
  }

  Status deleted_file() {
    int level = 0;
    uint64_t number = 0;
    if (!get_level(in, &level) || !in.varint64(&number)) return malformed("a deleted file");
    edit.deleted_files.emplace_back(level, number);
    return ok();
  }

  Status compact_cursor() {
    int level = 0;
    std::string_view key;
    return get_level(in, &level) && in.length_prefixed(&key) ? ok() : malformed("a compaction cursor");
  }

  Status field(uint32_t tag) {
    switch (tag) {
      case kComparator: return text(&edit.comparator) ? ok() : malformed("comparator");
      case kLogNumber: return number(&edit.log_number) ? ok() : malformed("log number");
      case kPrevLogNumber: return number(&edit.prev_log_number) ? ok() : malformed("previous log number");
      case kNextFileNumber: return number(&edit.next_file_number) ? ok() : malformed("next file number");
      case kLastSequence: return number(&edit.last_sequence) ? ok() : malformed("last sequence");
      case kMinLogNumberToKeep:
        return number(&edit.min_log_number_to_keep) ? ok() : malformed("min log number");
      case kColumnFamily: return in.varint32(&edit.column_family) ? ok() : malformed("column family");
      case kColumnFamilyAdd: return text(&edit.add_family) ? ok() : malformed("column family's name");
      case kColumnFamilyDrop: edit.drop_family = true; return ok();
      case kMaxColumnFamily: return number32(&edit.max_column_family) ? ok() : malformed("max column family");
      case kInAtomicGroup: return number32(&edit.remaining_in_group) ? ok() : malformed("atomic group");
      case kDeletedFile: return deleted_file();
      case kCompactCursor: return compact_cursor();
      case kNewFile:
      case kNewFile2:
      case kNewFile3:
      case kNewFile4: return new_file(tag);
      case kBlobFileAddition:
      case kBlobFileAdditionOld: return blob_addition();
      case kBlobFileGarbage:
      case kBlobFileGarbageOld: return blob_garbage();
      case kWalAddition: return wal_addition(in);
      case kWalDeletion: return number(&edit.wal_deletion) ? ok() : malformed("WAL deletion");
      default: return (tag & kSafeIgnoreBit) != 0 ? ignorable(tag) : unknown("the version edit's tag", tag);
    }
  }
};

void put_number(std::string& out, uint32_t tag, const std::optional<uint64_t>& v) {
  if (!v) return;
  put_varint64(out, tag);
  put_varint64(out, *v);
}
void put_text(std::string& out, uint32_t tag, const std::optional<std::string>& v) {
  if (!v) return;
  put_varint64(out, tag);
  put_length_prefixed(out, *v);
}
}  // namespace

Result<VersionEdit> decode_version_edit(std::string_view record, const std::string& object) {
  Decoder d{ByteReader(record), object, {}};
  while (!d.in.empty()) {
    uint32_t tag = 0;
    if (!d.in.varint32(&tag)) SEABED_CHECK(d.malformed("a tag"));
    SEABED_CHECK(d.field(tag));
  }
  return std::move(d.edit);
}

std::string encode_version_edit(const VersionEdit& edit) {
  std::string out;
  put_text(out, kDbId, edit.db_id);
  put_text(out, kComparator, edit.comparator);
  put_number(out, kLogNumber, edit.log_number);
  put_number(out, kPrevLogNumber, edit.prev_log_number);
  put_number(out, kNextFileNumber, edit.next_file_number);
  put_number(out, kMaxColumnFamily, edit.max_column_family);
  put_number(out, kMinLogNumberToKeep, edit.min_log_number_to_keep);
  put_number(out, kLastSequence, edit.last_sequence);
  for (const auto& [level, number] : edit.deleted_files) {
    put_varint64(out, kDeletedFile);
    put_varint64(out, static_cast<uint64_t>(level));
    put_varint64(out, number);
  }
  // 0 is the default; RocksDB's writer leaves it out and an old reader expects that.
  if (edit.column_family != 0) put_number(out, kColumnFamily, edit.column_family);
  put_text(out, kColumnFamilyAdd, edit.add_family);
  if (edit.drop_family) put_varint64(out, kColumnFamilyDrop);
  put_number(out, kInAtomicGroup, edit.remaining_in_group);
  return out;
}

}  // namespace seabed::rocksdb_source
