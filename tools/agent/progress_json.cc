#include "tools/agent/progress_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace seabed {

Json progress_json(const std::optional<ProgressView>& view) {
  if (!view) return nullptr;
  const Progress& p = view->progress;
  Json json = {{"phase", p.phase},
               {"done_bytes", p.done_bytes},
               {"total_bytes", p.total_bytes},
               {"done_items", p.done_items},
               {"total_items", p.total_items},
               {"bytes_per_second", nullptr},
               {"left_seconds", nullptr}};
  if (view->bytes_per_second > 0) json["bytes_per_second"] = std::llround(view->bytes_per_second);
  if (view->left_known) json["left_seconds"] = view->left.count();
  if (p.log_until)
    json["log_from_scn"] = p.log_from, json["log_scn"] = p.log_at, json["log_until_scn"] = p.log_until;
  return json;
}

Progress progress_of(const Json& json) {
  Progress p;
  if (!json.is_object()) return p;
  p.phase = json.value("phase", "");
  p.done_bytes = json.value("done_bytes", uint64_t{0}), p.total_bytes = json.value("total_bytes", uint64_t{0});
  p.done_items = json.value("done_items", uint64_t{0}), p.total_items = json.value("total_items", uint64_t{0});
  p.log_from = json.value("log_from_scn", uint64_t{0}), p.log_at = json.value("log_scn", uint64_t{0});
  p.log_until = json.value("log_until_scn", uint64_t{0});
  return p;
}

}  // namespace seabed
