// Keys and values of MyRocks' dictionary as a damaged database has them. The first byte says how long the key is.

#include "core/source/myrocks/dictionary.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed::myrocks;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest = fuzz_view(data + 1, size - 1);
  const size_t key = std::min<size_t>(data[0], rest.size());
  const auto entry = parse_table_entry(rest.substr(0, key), rest.substr(key));
  if (entry) fuzz_expect(entry->raw.find('/') == std::string::npos && !entry->indexes.empty());
  (void)kind_of(rest);
  (void)index_of(rest);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string key = std::string("\0\0\0\1", 4) + "test.t1", part = std::string("\0\0\0\1", 4) + "test.t1#P#p0";
  const std::string value = std::string("\0\1", 2) + std::string("\0\0\0\0\0\0\1\4", 8) + std::string("\0\0\0\0\0\0\1\5", 8);
  const std::string index = std::string("\0\0\0\2", 4) + std::string("\0\0\0\0\0\0\1\4", 8);
  const auto with_length = [](const std::string& k, const std::string& v) { return static_cast<char>(k.size()) + k + v; };
  return {with_length(key, value), with_length(part, value), with_length(index, "v")};
}
