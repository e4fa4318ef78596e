#include "core/media/cluster_parameter_file.h"

#include <algorithm>

#include "core/base/scn.h"

namespace seabed {
namespace {

constexpr std::string_view kBegin = "cluster_parameter.", kEnd = ".obbak";
constexpr uint64_t kSecond = 1'000'000'000, kMaxFile = 16 << 20;
constexpr int kNames = 60;  // seconds that may be taken already

}  // namespace

Result<std::string> write_cluster_parameters(ObjectStore& store, const ClusterParameters& values,
                                             const IoContext& ctx) {
  const std::string file = encode_cluster_parameters(values);
  const std::string_view bytes[] = {file};
  for (int later = 0; later < kNames; ++later) {
    SEABED_TRY(const std::string tag, scn_to_tag(values.scn + later * kSecond, "UTC"));
    const std::string key = std::string(kBegin) + tag + std::string(kEnd);
    const Status put = store.put(key, bytes, PutMode::kIfAbsent, ctx);
    if (put) return key;
    if (put.error().code != Code::kAlreadyExists) return fail(put.error());
  }
  return fail(Code::kConflict, store.describe(), "has cluster parameters of every second of this minute",
              "try again in a minute");
}

Result<std::vector<std::string>> list_cluster_parameters(ObjectStore& store, const IoContext& ctx) {
  std::vector<std::string> keys;
  for (std::string token;;) {
    SEABED_TRY(const ListPage page, store.list(std::string(kBegin), token, 1000, ctx));
    for (const auto& entry : page.entries)
      if (entry.key.ends_with(kEnd)) keys.push_back(entry.key);
    if (page.next.empty()) break;
    token = page.next;
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

Result<ClusterParameters> read_cluster_parameters(ObjectStore& store, const std::string& key,
                                                  const IoContext& ctx) {
  SEABED_TRY(const std::string bytes, read_object(store, key, kMaxFile, ctx));
  return decode_cluster_parameters(bytes, key);
}

}  // namespace seabed
