#include "core/source/rocksdb/payload.h"

#include <algorithm>
#include <limits>

#include "core/base/bytes.h"
#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/lsn.h"

namespace seabed::rocksdb_source {

namespace {
enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };
constexpr uint32_t kDataField = rocksdb::WalRun::kDataFieldNumber;

void put_field(std::string& out, uint32_t field, uint64_t value) {
  if (value == 0) return;
  put_varint64(out, field << 3 | kVarint);
  put_varint64(out, value);
}

/// The value of a number, or a skipped field that a newer writer added.
bool get_field(ByteReader& in, uint32_t wire, uint64_t* value) {
  std::string_view ignored;
  switch (wire) {
    case kVarint: return in.varint64(value);
    case kFixed64: return in.skip(8);
    case kFixed32: return in.skip(4);
    case kBytes: return in.length_prefixed(&ignored);
    default: return false;
  }
}

template <class Message>
Result<Message> parse(std::string_view bytes, const char* what) {
  Message out;
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max()) ||
      !out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(Code::kCorruption, what, "its bytes are not what they should be");
  return out;
}
}  // namespace

namespace {
void put_numbers(std::string& out, const WalRunView& run) {
  put_field(out, rocksdb::WalRun::kWalNumberFieldNumber, run.wal_number);
  put_field(out, rocksdb::WalRun::kOffsetFieldNumber, run.offset);
  put_field(out, rocksdb::WalRun::kRecordsFieldNumber, run.records);
  put_field(out, rocksdb::WalRun::kBeginsFileFieldNumber, run.begins_file ? 1 : 0);
  put_field(out, rocksdb::WalRun::kPreviousWalFieldNumber, run.previous_wal);
  put_field(out, rocksdb::WalRun::kPreviousLengthFieldNumber, run.previous_length);
}
}  // namespace

void finish_wal_run(const WalRunView& numbers, std::string* payload) {
  std::string room, data_head;
  put_numbers(room, numbers);  // five times 11 bytes and 2 at most, and 6 for the data's tag and length
  put_varint64(data_head, kDataField << 3 | kBytes);
  put_varint64(data_head, payload->size() - kWalRunRoom);
  const size_t padding = kWalRunRoom - room.size() - data_head.size() - 2;
  put_varint64(room, rocksdb::WalRun::kPaddingFieldNumber << 3 | kBytes);
  put_varint64(room, padding);
  room.append(padding, '\0').append(data_head);
  payload->replace(0, kWalRunRoom, room);
}

std::string encode_wal_run(const WalRunView& run) {
  std::string out;
  out.reserve(run.data.size() + 64);
  put_numbers(out, run);
  put_varint64(out, kDataField << 3 | kBytes);
  put_length_prefixed(out, run.data);
  return out;
}

Result<WalRunView> decode_wal_run(std::string_view payload) {
  const auto bad = [] { return fail(Code::kCorruption, "log group", "its payload is no WAL run"); };
  WalRunView run;
  ByteReader in(payload);
  while (!in.empty()) {
    uint32_t key = 0;
    uint64_t value = 0;
    if (!in.varint32(&key)) return bad();
    if (key == (kDataField << 3 | kBytes)) {
      if (!in.length_prefixed(&run.data)) return bad();
      continue;
    }
    if (!get_field(in, key & 7, &value)) return bad();
    switch (key >> 3) {
      case rocksdb::WalRun::kWalNumberFieldNumber: run.wal_number = value; break;
      case rocksdb::WalRun::kOffsetFieldNumber: run.offset = value; break;
      case rocksdb::WalRun::kRecordsFieldNumber: run.records = value; break;
      case rocksdb::WalRun::kBeginsFileFieldNumber: run.begins_file = value != 0; break;
      case rocksdb::WalRun::kPreviousWalFieldNumber: run.previous_wal = value; break;
      case rocksdb::WalRun::kPreviousLengthFieldNumber: run.previous_length = value; break;
      default: break;
    }
  }
  if (run.offset > std::numeric_limits<uint64_t>::max() / 2 || (run.begins_file && run.offset != 0))
    return bad();
  return run;
}

Result<rocksdb::ManifestRun> decode_manifest_run(std::string_view payload) {
  SEABED_TRY(auto run, parse<rocksdb::ManifestRun>(payload, "MANIFEST group"));
  if (run.ends_size() != run.records_size() ||
      run.snapshot_records() > static_cast<uint64_t>(run.records_size()))
    return fail(Code::kCorruption, "MANIFEST group", "its counts do not agree");
  uint64_t at = run.offset();
  for (const uint64_t end : run.ends()) {
    if (end <= at) return fail(Code::kCorruption, "MANIFEST group", "its records are out of order");
    at = end;
  }
  if (at != run.end()) return fail(Code::kCorruption, "MANIFEST group", "its end is not its last record's");
  return run;
}

Result<rocksdb::OptionsRun> decode_options_run(std::string_view payload) {
  return parse<rocksdb::OptionsRun>(payload, "OPTIONS group");
}

Result<rocksdb::RecoveryFacts> decode_recovery(std::string_view recovery) {
  SEABED_TRY(auto facts, parse<rocksdb::RecoveryFacts>(recovery, "recovery facts"));
  if (facts.version() != 1)
    return fail(Code::kUnsupported, "recovery facts",
                "version " + std::to_string(facts.version()) + " is not known",
                "use the version of Seabed that took the backup, or a newer one");
  return facts;
}

LogHole hole_from(const rocksdb::Hole& hole) {
  LogHole out;
  out.scn_lo = hole.scn_lo();
  out.at = encode_lsn({hole.incarnation(), hole.wal_number(), hole.wal_offset()});
  out.reason = hole.reason();
  out.detail = hole.SerializeAsString();
  return out;
}

Result<LogHole> parse_hole_detail(std::string_view detail) {
  SEABED_TRY(const auto hole, parse<rocksdb::Hole>(detail, "hole group"));
  if (hole.kind() == rocksdb::Hole::KIND_UNSPECIFIED)
    return fail(Code::kCorruption, "hole group", "it has no kind");
  return hole_from(hole);
}

bool base_covers(const std::string& recovery, const LogHole& hole) {
  const auto facts = decode_recovery(recovery);
  const auto detail = parse<rocksdb::Hole>(hole.detail, "hole group");
  if (!facts || !detail || facts->incarnation() < detail->incarnation()) return false;
  if (facts->incarnation() > detail->incarnation()) return true;
  if (detail->kind() == rocksdb::Hole::NON_LOGGED_EDIT)
    return facts->manifest_number() > detail->manifest_number() ||
           (facts->manifest_number() == detail->manifest_number() &&
            facts->manifest_length() >= detail->manifest_end());
  if (detail->kind() != rocksdb::Hole::SEQUENCE_JUMP) return false;
  if (facts->min_log_number_to_keep() > detail->wal_number()) return true;
  return facts->families_size() != 0 &&
         std::all_of(facts->families().begin(), facts->families().end(),
                     [&](const auto& f) { return f.log_number() > detail->wal_number(); });
}

}  // namespace seabed::rocksdb_source
