// cluster_parameter files of a hostile medium, with and without a good frame around the body.
#include "core/format/cluster_parameters.h"
#include "core/format/frame.h"
#include "tests/fuzz/fuzz_target.h"

using namespace seabed;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = fuzz_view(data, size);
  for (const std::string& file : {std::string(bytes), encode_file(FileType::kClusterParameter, bytes)}) {
    auto read = decode_cluster_parameters(file, "fuzz");
    if (!read) continue;
    auto again = decode_cluster_parameters(encode_cluster_parameters(*read), "fuzz");
    fuzz_expect(again && *again == *read);
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  ClusterParameters one{7, "east", 9, {{"a", "b"}}, {}};
  one.tenants.push_back({1002, "shop", "mysql", "UTC", "PRIMARY", "ARCHIVELOG", {{"c", "d"}}, {{"default", "7d"}},
                         {{1001, "data", "file:///d", "OPTIONAL", 5, "ENABLE"}}});
  const std::string file = encode_cluster_parameters(one);
  return {file, file.substr(kFileHeaderSize)};
}
