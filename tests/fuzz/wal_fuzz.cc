// WAL bytes as they are, and the same bytes taken as fragments whose checksums are then made good: behind a
// checksum the parser must be as careful as before it.

#include "core/base/bytes.h"
#include "core/base/checksum.h"
#include "core/source/rocksdb/log_framing.h"
#include "core/source/rocksdb/sequence_rules.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;
using namespace seabed::rocksdb_source;

namespace {
void parse(std::string_view bytes, uint64_t number) {
  LogParser parser(number, {}, 1 << 20);
  SequenceRules rules;
  BatchFacts facts;
  for (uint64_t at = 0;;) {
    const ParseResult r = parser.next(bytes.substr(at), at);
    if (r.outcome == ParseOutcome::kCorrupt || r.outcome == ParseOutcome::kUnsupported)
      fuzz_expect(!r.reason.empty());
    if (r.outcome != ParseOutcome::kRecord) return;
    fuzz_expect(r.record.begin == at && r.record.end > at && r.record.end <= bytes.size());
    fuzz_expect(r.record.data.size() <= 2 << 20);
    at = r.record.end;
    if (r.record.kind == RecordKind::kData && walk_batch(r.record.data, rules.wants_duplicates(), &facts))
      rules.take(facts);
  }
}

/// type, length (2 bytes), data …: made into physical records.
std::string framed(std::string_view plan) {
  std::string out;
  ByteReader in(plan);
  uint8_t type = 0;
  uint16_t length = 0;
  std::string_view data;
  while (in.u8(&type) && in.u16(&length)) {
    if (!in.bytes(std::min<size_t>(length, in.rest().size()), &data)) break;
    const size_t left = kLogBlockSize - out.size() % kLogBlockSize;
    if (left < kRecyclableHeaderSize + data.size()) out.append(left, '\0');
    std::string tail(1, static_cast<char>(type));
    if ((type >= 5 && type <= 8) || type == 11 || type == 131) put_u32(tail, 7);
    put_u32(out, mask_crc(crc32c(data, crc32c(tail))));
    put_u16(out, static_cast<uint16_t>(data.size()));
    out += tail;
    out += data;
  }
  return out;
}

std::string planned(uint8_t type, std::string_view data) {
  std::string out(1, static_cast<char>(type));
  put_u16(out, static_cast<uint16_t>(data.size()));
  return out.append(data);
}
}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz_view(data, size);
  if (size > 1 << 20) return 0;
  parse(bytes, 7);
  parse(framed(bytes), 7);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  std::string batch;
  put_u64(batch, 10);
  put_u32(batch, 2);
  batch += std::string("\x01\x01k\x01v\x00\x01k", 8);
  std::string wal;
  LogWriter writer;
  for (int i = 0; i < 5; ++i) writer.append(wal, batch);
  writer.append(wal, std::string(40000, 'x'));
  std::string zstd;
  put_u32(zstd, 7);
  const std::string empty_frame("\x28\xb5\x2f\xfd\x20\x03\x19\x00\x00\x61\x62\x63", 12);
  return {
      wal.substr(0, 300),
      planned(1, batch) + planned(5, batch) + planned(2, batch.substr(0, 9)) + planned(4, batch.substr(9)),
      planned(9, zstd) + planned(1, empty_frame) + planned(130, "facts") + planned(1, empty_frame)};
}
