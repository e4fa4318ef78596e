#include "credentials.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "seabed/driver.hpp"

namespace seabed_http {

namespace {
constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kRefreshBefore = 300 * kSecond;
constexpr uint64_t kPause = 10 * kSecond;   // between two refreshes of what still holds
constexpr uint64_t kMetadataWait = 2 * kSecond;

std::string_view trim(std::string_view text) {
  constexpr const char* kBlank = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool read_file(const std::string& path, size_t limit, std::string* out) {
  std::ifstream file(path, std::ios::binary);
  if (path.empty() || !file) return false;
  out->resize(limit + 1);
  file.read(out->data(), static_cast<std::streamsize>(out->size()));
  out->resize(static_cast<size_t>(file.gcount()));
  return !file.bad() && out->size() <= limit;
}
}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string home_file(const char* relative) {
  const std::string home = environment("HOME");
  return home.empty() ? "" : home + "/" + relative;
}

bool read_ini(const std::string& path, IniFile* out) {
  std::string text;
  if (!read_file(path, 1u << 20, &text)) return false;
  std::string section;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[' && line.back() == ']') {
      section = trim(line.substr(1, line.size() - 2));
      (*out)[section];
      continue;
    }
    if (const size_t equals = line.find('='); equals != std::string_view::npos)
      (*out)[section][std::string(trim(line.substr(0, equals)))] = trim(line.substr(equals + 1));
  }
  return true;
}

bool read_secret_file(const std::string& path, std::string* out) {
  std::string text;
  if (!read_file(path, 64u << 10, &text)) return false;
  *out = trim(text);
  return true;
}

uint64_t parse_utc(std::string_view text) {
  tm t{};
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
                  &t.tm_min, &t.tm_sec) != 6)
    return 0;
  t.tm_year -= 1900;
  t.tm_mon -= 1;
  const time_t seconds = timegm(&t);
  return seconds <= 0 ? 0 : static_cast<uint64_t>(seconds) * kSecond;
}

std::map<std::string, std::string> json_members(const std::string& body) {
  std::map<std::string, std::string> out;
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return out;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string())
      out[name] = value.get<std::string>();
    else if (value.is_number())
      out[name] = value.dump();
  }
  return out;
}

namespace {
/// The caller's context with a deadline of its own, not behind the caller's.
struct ShortContext {
  seabed_context raw{};
  ShortContext(const seabed::sdk::Context& outer, uint64_t wait) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    raw.struct_size = sizeof raw;
    raw.deadline_ns = static_cast<uint64_t>(now.tv_sec) * kSecond + static_cast<uint64_t>(now.tv_nsec) +
                      std::min(wait, outer.remaining_ns());
    raw.cancel_data = const_cast<seabed::sdk::Context*>(&outer);
    raw.cancelled = [](void* of) { return static_cast<const seabed::sdk::Context*>(of)->cancelled() ? 1 : 0; };
  }
};

int32_t read_metadata(const char* what, Response& response, std::string* body, seabed::sdk::Error& error) {
  const long status = response.status;
  if (status == 200) {
    *body = std::move(response.body);
    return SEABED_OK;
  }
  const bool passes = status >= 500 || status == 408 || status == 429;
  if (passes)
    error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s answers %ld instead of credentials", what, status);
  else
    error.fail(SEABED_NOT_FOUND, "%s has no credentials: it answers %ld", what, status);
  error.http_status(static_cast<int32_t>(status));
  return passes ? SEABED_UNAVAILABLE : SEABED_NOT_FOUND;
}
}  // namespace

int32_t ask_metadata(const char* what, const std::string& method, const std::string& url,
                     const std::vector<Header>& headers, const seabed::sdk::Context& context, std::string* body,
                     seabed::sdk::Error& error) {
  const ShortContext near(context, kMetadataWait);
  ClientOptions options;
  options.connect_timeout_ms = 1000;
  Client client(options);
  Request request;
  request.method = method;
  request.url = url;
  request.headers = headers;
  request.has_body = method == "PUT" || method == "POST";
  request.body_limit = 64u << 10;
  request.changes_something = true;   // so that a failure tells whether anybody took the question
  Response response;
  seabed_error failed{};
  failed.struct_size = sizeof failed;
  seabed::sdk::Error quiet(&failed);
  const int32_t code = client.perform(request, seabed::sdk::Context(&near.raw), &response, quiet);
  if (const int32_t ended = context.check(error)) return ended;
  if (code == SEABED_TIMEOUT && context.remaining_ns() < kSecond / 50)   // curl's milliseconds end a little before ours
    return error.fail(SEABED_TIMEOUT, SEABED_RETRY_TRANSIENT, "%s gives no answer in time", what);
  if (code == SEABED_OK) return read_metadata(what, response, body, error);
  if (code == SEABED_PERMISSION_DENIED) return error.fail(SEABED_PERMISSION_DENIED, "%s: %.200s", what, failed.message);
  if (failed.retry != SEABED_RETRY_OUTCOME_UNKNOWN)
    return error.fail(SEABED_NOT_FOUND, "%s is not there: %.200s", what, failed.message);
  return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT, "%s gives no answer: %.200s", what, failed.message);
}

CredentialKeeper::Kept CredentialKeeper::look(Credentials* out) {
  std::lock_guard lock(mutex_);
  const uint64_t now = wall_clock_ns();
  *out = kept_;
  if (!kept_.complete() || (kept_.expires_ns != 0 && now >= kept_.expires_ns)) return Kept::kNone;
  if (kept_.expires_ns == 0 || now + kRefreshBefore < kept_.expires_ns) return Kept::kFresh;
  return now >= tried_ns_ && now < tried_ns_ + kPause ? Kept::kFresh : Kept::kHold;
}

int32_t CredentialKeeper::get(const seabed::sdk::Context& context, Credentials* out, seabed::sdk::Error& error) {
  Kept kept = look(out);
  if (kept == Kept::kFresh) return SEABED_OK;
  std::unique_lock turn(fetching_, std::try_to_lock);
  if (!turn.owns_lock() && kept == Kept::kHold) return SEABED_OK;   // somebody fetches
  while (!turn.owns_lock() && !turn.try_lock_for(std::chrono::milliseconds(50)))
    if (const int32_t code = context.check(error)) return code;
  kept = look(out);
  if (kept == Kept::kFresh) return SEABED_OK;
  const int32_t code = fetch(context, out, error);
  if (code == SEABED_OK || look(out) == Kept::kNone) return code;
  return SEABED_OK;
}

int32_t CredentialKeeper::fetch(const seabed::sdk::Context& context, Credentials* out, seabed::sdk::Error& error) {
  Credentials fresh;
  const int32_t code = fetch_(context, &fresh, error);
  std::lock_guard lock(mutex_);
  tried_ns_ = wall_clock_ns();
  if (code == SEABED_OK) {
    kept_ = *out = std::move(fresh);
    had_some_ = true;
    expiring_ = kept_.expires_ns != 0;
  } else if (code == SEABED_PERMISSION_DENIED && had_some_ && expiring_) {
    return error.fail(SEABED_UNAVAILABLE, SEABED_RETRY_TRANSIENT,
                      "the source of the credentials gives none any more, but gave some before");
  }
  return code;
}

bool CredentialKeeper::forget() {
  std::lock_guard lock(mutex_);
  kept_ = Credentials{};
  return expiring_;
}

uint64_t wall_clock_ns() {
  if (const seabed_host* host = seabed::sdk::host(); host != nullptr && host->wall_clock_ns != nullptr)
    return host->wall_clock_ns(host);
  timespec ts{};
  clock_gettime(CLOCK_REALTIME, &ts);
  return static_cast<uint64_t>(ts.tv_sec) * kSecond + static_cast<uint64_t>(ts.tv_nsec);
}

}  // namespace seabed_http
