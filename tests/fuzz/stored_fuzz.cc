// Page tables and compressed groups from a hostile medium: no length is believed, nothing but an error comes of it.
#include "core/base/bytes.h"
#include "core/format/log_group_codec.h"
#include "core/format/meta.pb.h"
#include "core/format/stored_group.h"
#include "core/format/stored_page.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

namespace {

void load_range(std::string_view bytes) {
  meta::MacroRange range;
  if (!range.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  auto places = page_places(range, "fuzz");
  if (!places) return;
  const Secret key(std::string(kKeyBytes, 'k'));
  uint64_t plain = 0, stored = 0;
  for (uint32_t page = 0; page < places->size(); ++page) {
    const PagePlace& p = (*places)[page];
    fuzz_expect(p.plain <= kStoredPagePlain && p.stored <= kStoredPageMost);
    std::string out(p.plain, '\0');
    (void)load_page(range, page, p, std::string(p.stored, '(').substr(0, p.stored), &key, out, "fuzz");
    plain += p.plain, stored += p.stored;
  }
  fuzz_expect(plain == plain_length(range) && stored == range.at().length());
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz_view(data, size);
  load_range(bytes);
  LogGroup group;
  group.payload = std::string(bytes);
  group.stored = kGroupCompressed;
  if (load_group(&group, nullptr, 0, "fuzz")) fuzz_expect(group.stored == 0 && group.payload.size() <= kMaxGroupPayload);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  meta::MacroRange range;
  range.set_flags(kBlockPaged);
  range.set_plain_length(kStoredPagePlain + 100);
  put_u32(*range.mutable_page_table(), 500 | 1u << 31);
  put_u32(*range.mutable_page_table(), 100);
  range.mutable_at()->set_length(600);
  LogGroup group, stored;
  group.payload = std::string(3000, 'w');
  auto bytes = store_group(group, nullptr, true, 0);
  size_t used = 0, needed = 0;
  std::string reason;
  fuzz_expect(bytes && decode_group(*bytes, &stored, &used, &needed, &reason) == GroupRead::kGroup);
  return {range.SerializeAsString(), stored.payload};
}
