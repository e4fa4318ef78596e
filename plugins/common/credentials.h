#pragma once
// Where credentials come from: environment, profile files, web identity and instance metadata. What is common
// to the vendors is here; each driver names its own variables and addresses. No value of them ever enters an
// error or a log.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "http.h"

namespace seabed_http {

struct Credentials {
  std::string access_id, access_key;
  std::string session_token;  // empty: none
  uint64_t expires_ns = 0;    // since the epoch, 0: never
  std::string source;         // for errors: "the environment", "profile default of ~/.aws/credentials"
  bool complete() const { return !access_id.empty() && !access_key.empty(); }
};

/// Value of a variable, "" when unset.
std::string environment(const char* name);
/// The home directory's file, or "" without a home.
std::string home_file(const char* relative);

using IniSection = std::map<std::string, std::string>;
using IniFile = std::map<std::string, IniSection>;
/// Sections and keys of a profile file; '#' and ';' begin comments. At most 1 MiB is read. False when it
/// cannot be read.
bool read_ini(const std::string& path, IniFile* out);
/// A small file's text without blanks at its ends (tokens, keys). False when it cannot be read or is over 64
/// KiB.
bool read_secret_file(const std::string& path, std::string* out);

/// "2026-11-23T08:20:00Z" (fractions are dropped) in ns since the epoch, 0 when it is none.
uint64_t parse_utc(std::string_view text);
/// Text (or number, as text) members of a JSON object, by name; empty when it is none.
std::map<std::string, std::string> json_members(const std::string& body);

/// Asks an instance metadata or token service, which must be near: 2 s at most, no proxy. SEABED_OK for a 200.
/// SEABED_NOT_FOUND where there is none: nobody listens, or it refuses (4xx). Anything else is a failure that may pass,
/// or the caller's cancel or deadline; `what` begins its message.
int32_t ask_metadata(const char* what, const std::string& method, const std::string& url,
                     const std::vector<Header>& headers, const seabed::sdk::Context& context, std::string* body,
                     seabed::sdk::Error& error);

/// Credentials kept until five minutes before they expire, then fetched again; by one thread, the others go on with the
/// old ones while they hold, and wait no longer than their deadline or cancel. Old ones are used while they hold when a
/// refresh fails or brings nothing newer; the next try is ten seconds later. Thread-safe.
class CredentialKeeper {
 public:
  using Fetch = std::function<int32_t(const seabed::sdk::Context&, Credentials*, seabed::sdk::Error&)>;
  explicit CredentialKeeper(Fetch fetch) : fetch_(std::move(fetch)) {}
  int32_t get(const seabed::sdk::Context& context, Credentials* out, seabed::sdk::Error& error);
  /// The server called them expired: fetch before the next use. True when a fetch can bring others: the source tells
  /// when what it gives expires.
  bool forget();

 private:
  enum class Kept { kFresh, kHold, kNone };
  Kept look(Credentials* out);
  int32_t fetch(const seabed::sdk::Context& context, Credentials* out, seabed::sdk::Error& error);

  Fetch fetch_;
  std::timed_mutex fetching_;
  std::mutex mutex_;         // of what follows
  Credentials kept_;
  uint64_t tried_ns_ = 0;    // when a fetch ended last
  bool expiring_ = false;    // the source's credentials have an end
  bool had_some_ = false;    // then a source that has none all of a sudden is a failure that may pass
};

/// The host's clock in ns since the epoch, for request dates.
uint64_t wall_clock_ns();

}  // namespace seabed_http
