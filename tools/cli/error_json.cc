#include "tools/cli/error_json.h"

#include <nlohmann/json.hpp>

namespace seabed {

Json parse_shallow(const std::string& text) {
  constexpr int kDeepest = 64;
  bool deep = false;
  const auto shallow = [&](int depth, Json::parse_event_t, Json&) { return !(deep |= depth > kDeepest); };
  Json json = Json::parse(text, shallow, false);
  return deep ? Json(Json::value_t::discarded) : json;
}

Json to_json(const Error& error) {
  Json json = {{"code", code_name(error.code)},
               {"object", error.object},
               {"reason", error.reason},
               {"next_step", error.next_step}};
  if (error.ob_error) json["ob_error"] = error.ob_error;
  if (error.retry_after_ms) json["retry_after_ms"] = error.retry_after_ms;
  return json;
}

Error error_from_json(const Json& json) {
  Error error{Code::kInternal, "agent", "answered with something that is no error", "", 0, 0};
  if (!json.is_object() || !json.contains("code")) return error;
  const std::string name = json.value("code", "");
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code)
    if (code_name(static_cast<Code>(code)) == name) error.code = static_cast<Code>(code);
  error.object = json.value("object", ""), error.reason = json.value("reason", "");
  error.next_step = json.value("next_step", "");
  error.ob_error = json.value("ob_error", 0), error.retry_after_ms = json.value("retry_after_ms", 0);
  return error;
}

}  // namespace seabed
