#include "tools/config/observation.h"

#include <charconv>

#include "tools/config/table_reader.h"

namespace seabed {
namespace {

bool parse_port(std::string_view text, uint16_t* out) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

Status read_log(TableReader& r, LogConfig* log) {
  r.text("format", &log->format).text("level", &log->level).path("file", &log->file);
  if (log->format != "text" && log->format != "json") r.fail_at(nullptr, "format must be text or json");
  if (log->level != "debug" && log->level != "info" && log->level != "warn" && log->level != "error")
    r.fail_at(nullptr, "level must be debug, info, warn or error");
  return r.done();
}

Status read_metrics(TableReader& r, MetricsConfig* metrics) {
  r.text("listen", &metrics->listen);
  if (!metrics->listen.empty())
    if (auto place = parse_host_port(metrics->listen); !place)
      r.fail_at(nullptr, "listen: " + place.error().message());
  return r.done();
}

Status read_alert(TableReader& r, AlertConfig* alert) {
  r.texts("command", &alert->command).text("webhook", &alert->webhook);
  r.milliseconds("lag_limit_ms", &alert->lag_limit, 0);
  r.milliseconds("check_interval_ms", &alert->check_interval, 10);
  r.milliseconds("repeat_interval_ms", &alert->repeat_interval, 10);
  r.milliseconds("timeout_ms", &alert->timeout, 100);
  if (!alert->command.empty() && !alert->command[0].starts_with('/'))
    r.fail_at(nullptr, "command must begin with an absolute path");
  if (!alert->webhook.empty())
    if (auto url = parse_http_url(alert->webhook); !url)
      r.fail_at(nullptr, "webhook: " + url.error().message());
  return r.done();
}

Status read_drill(TableReader& r, DrillSettings* drill) {
  r.time_span("every", &drill->every).text("moment", &drill->moment).flag("full", &drill->full);
  r.path("scratch_directory", &drill->scratch_directory);
  if (drill->moment != "latest" && drill->moment != "random") r.fail_at(nullptr, "moment must be latest or random");
  return r.done();
}

}  // namespace

Status read_observation(TableReader reader, const std::string& name, Config* config) {
  if (name == "log") return read_log(reader, &config->log);
  if (name == "metrics") return read_metrics(reader, &config->metrics);
  if (name == "drill") return read_drill(reader, &config->drill);
  return read_alert(reader, &config->alert);
}

Result<HostPort> parse_host_port(const std::string& text) {
  HostPort out;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 ||
      !parse_port(std::string_view(text).substr(colon + 1), &out.port))
    return fail(Code::kInvalidArgument, "'" + text + "'", "is no host:port", "for example 127.0.0.1:9188");
  out.host = text.substr(0, colon);
  if (out.host.front() == '[' && out.host.back() == ']') out.host = out.host.substr(1, out.host.size() - 2);
  return out;
}

Result<HttpUrl> parse_http_url(const std::string& text) {
  constexpr std::string_view kHttp = "http://";
  if (text.starts_with("https://"))
    return fail(Code::kInvalidArgument, "https", "is not spoken by the agent itself",
                "use a command, for example curl with --data @-");
  if (!text.starts_with(kHttp))
    return fail(Code::kInvalidArgument, "the URL", "is no http://host[:port]/path");
  if (text.find_first_of(" \t\r\n@") != std::string::npos)
    return fail(Code::kInvalidArgument, "the URL", "holds a blank or '@'");
  HttpUrl out;
  const size_t slash = text.find('/', kHttp.size());
  out.path = slash == std::string::npos ? "/" : text.substr(slash);
  std::string place = text.substr(kHttp.size(), slash == std::string::npos ? slash : slash - kHttp.size());
  if (place.find(':') == std::string::npos || place.ends_with(']')) place += ":80";
  SEABED_TRY(auto host, parse_host_port(place));
  out.host = host.host, out.port = host.port;
  return out;
}

}  // namespace seabed
