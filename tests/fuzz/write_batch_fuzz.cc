#include "core/base/bytes.h"
#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/sequence_rules.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;
using namespace seabed::rocksdb_source;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz_view(data, size);
  BatchFacts plain, counted;
  const Status a = walk_batch(bytes, false, &plain), b = walk_batch(bytes, true, &counted);
  fuzz_expect(static_cast<bool>(a) == static_cast<bool>(b));
  if (!a) {
    fuzz_expect(a.error().code == Code::kCorruption || a.error().code == Code::kUnsupported);
    return 0;
  }
  fuzz_expect(plain.keys == counted.keys && plain.keys + plain.prepared_keys <= size);
  fuzz_expect(counted.duplicates <= counted.keys + counted.prepared_keys);
  SequenceRules rules;
  rules.take(plain);
  const SequenceCheck again = rules.take(plain);
  (void)rules.explained(again);
  ::seabed::rocksdb::ContinuityState state;
  rules.save(&state);
  SequenceRules copy;
  copy.load(state);
  fuzz_expect(copy.next_sequence() == rules.next_sequence());
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  std::string head;
  put_u64(head, 100);
  put_u32(head, 3);
  std::string puts = head + std::string("\x01\x01k\x01v\x05\x02\x01k\x01v\x0e\x01\x01\x61\x01\x62", 17);
  std::string prepared =
      head + std::string("\x09\x01\x01k\x01v\x0a\x01x\x0b\x01x\x0c\x01y\x0d\x03\x02zz", 21);
  std::string persisted =
      head + std::string("\x12\x01\x01k\x01v\x01\x01k\x01v\x0a\x01x\x0d\x15\x01t\x01x", 19);
  std::string stamped = head + std::string("\x03\x18", 2) + encode_stamp(1700000000000000000u) +
                        std::string("\x16\x01k\x01v", 5);
  return {puts, prepared, persisted, stamped};
}
