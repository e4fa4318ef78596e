#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes = fuzz_view(data, size);
  size_t used = 0, needed = 0;
  if (auto header = decode_log_file_header(bytes, &used, "fuzz"); header) {
    fuzz_expect(used <= bytes.size());
    bytes.remove_prefix(used);
  }
  for (;;) {
    LogGroup group;
    std::string reason;
    GroupRead what = decode_group(bytes, &group, &used, &needed, &reason);
    if (what == GroupRead::kNeedMore) fuzz_expect(needed > bytes.size() && needed <= kMaxGroupPayload + 300);
    if (what == GroupRead::kBad) fuzz_expect(!reason.empty());
    if (what != GroupRead::kGroup) return 0;
    fuzz_expect(used > 0 && used <= bytes.size() && encode_group(group) == bytes.substr(0, used));
    bytes.remove_prefix(used);
  }
}

std::vector<std::string> fuzz_seeds() {
  meta::LogFileHeader header;
  header.set_ls_id(1001);
  header.set_previous_hash128(std::string(16, 'p'));
  LogGroup group;
  group.scn_hi = 1673436649723677822;
  group.begin.bytes = std::string(24, 'b');
  group.end.bytes = std::string(24, 'e');
  group.payload = std::string(200, 'w');
  std::string one = encode_group(group);
  return {one, one + one, encode_log_file_header(header) + one + one};
}
