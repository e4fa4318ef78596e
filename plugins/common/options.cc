#include "options.h"

#include <unistd.h>

#include <charconv>

namespace seabed_http {

bool parse_duration_ms(std::string_view text, uint64_t* out) {
  uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  if (ec != std::errc() || value > 1'000'000'000) return false;
  const uint64_t factor = unit == "ms"                  ? 1
                          : unit == "s" || unit.empty() ? 1000
                          : unit == "m"                 ? 60'000
                          : unit == "h"                 ? 3'600'000
                                                        : 0;
  *out = value * factor;
  return factor != 0;
}

int32_t client_options(const seabed::sdk::OpenArgs& args, ClientOptions* out, seabed::sdk::Error& error) {
  out->ca_file = args.get("ca_file", "");
  out->proxy = args.get("proxy", "");
  if (!out->ca_file.empty() && access(out->ca_file.c_str(), R_OK) != 0)
    return error.fail(SEABED_INVALID_ARGUMENT, "the file of ca_file cannot be read");
  if (!parse_duration_ms(args.get("connect_timeout", "10s"), &out->connect_timeout_ms) ||
      out->connect_timeout_ms == 0)
    return error.fail(SEABED_INVALID_ARGUMENT, "connect_timeout is no duration such as 10s");
  return SEABED_OK;
}

}  // namespace seabed_http
