#include "core/format/index_file.h"

#include <algorithm>

#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes = fuzz_view(data, size);
  auto read = [bytes](uint64_t offset, std::span<char> buffer) -> Result<size_t> {
    fuzz_expect(buffer.size() <= kMaxIndexChunk);
    if (offset >= bytes.size()) return size_t{0};
    size_t n = std::min<size_t>(buffer.size(), bytes.size() - offset);
    std::copy_n(bytes.data() + offset, n, buffer.data());
    return n;
  };
  auto reader = IndexReader::open(FileType::kMetaIndex, size, read, "fuzz");
  if (!reader) return 0;
  meta::FileMeta entry;
  for (uint64_t n = 0;; ++n) {
    auto more = reader->next(&entry);
    if (!more) return 0;
    if (!*more) {
      fuzz_expect(n == reader->trailer().entries());
      return 0;
    }
  }
}

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (int entries : {0, 1, 40}) {
    std::string out;
    IndexWriter writer(FileType::kMetaIndex, "minor", [&](std::string_view b) { return out.append(b), ok(); });
    for (int i = 0; i < entries; ++i) {
      meta::FileMeta m;
      m.set_logical_id(i);
      m.set_name("000123.sst");
      if (!writer.add(m)) return {};
    }
    if (!writer.finish()) return {};
    seeds.push_back(out);
  }
  return seeds;
}
