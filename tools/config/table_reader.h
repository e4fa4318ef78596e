#pragma once
// Reads one TOML table and keeps count of its keys, so that one that nobody asked for is an error with its
// line; lays the environment over it, and notes every value with its origin for `config explain`.

#include <toml++/toml.h>

#include <chrono>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "tools/config/config.h"
#include "tools/config/environment.h"

namespace seabed {

/// What the readers of one configuration share.
struct Reading {
  explicit Reading(Environment variables) : environment(std::move(variables)) {}
  Environment environment;
  std::vector<ConfigValue> values;    // in the order of reading
  std::deque<toml::table> overlays;   // the nodes that variables gave
  std::vector<std::string> sections;  // that variables may name

  void note(const std::string& key, const std::string& value, const std::string& origin);
};

class TableReader {
 public:
  /// `name` as in the file: "agent", "tenant.log_stream". `label`: for `explain`, "tenant.shop"; empty: the
  /// name, and the environment may override the keys.
  TableReader(Reading& reading, std::string name, const toml::table& table, std::string label = {});

  // Each leaves *out alone when the key is missing.
  TableReader& text(const char* key, std::string* out);
  TableReader& path(const char* key, std::string* out);  // absolute, without "." or ".."
  TableReader& number(const char* key, uint64_t* out, uint64_t min, uint64_t max);
  TableReader& size(const char* key, uint64_t* out, uint64_t min);  // bytes, or "16G", "512MiB"
  TableReader& milliseconds(const char* key, std::chrono::milliseconds* out, uint64_t min = 1);
  TableReader& time_span(const char* key, std::chrono::milliseconds* out);  // "7d", "12h", "0"
  TableReader& flag(const char* key, bool* out);
  TableReader& paths(const char* key, std::vector<std::string>* out);  // in a variable: separated by ':'
  TableReader& texts(const char* key, std::vector<std::string>* out);  // in a variable: a TOML list
  TableReader& required(const char* key);
  const toml::table* table(const char* key);
  /// [[key]]; empty when it is missing.
  std::vector<const toml::table*> tables(const char* key);
  /// Every scalar of the table as text, for keys that drivers know.
  std::vector<std::pair<std::string, std::string>> all_text();

  /// The first problem, unknown keys included.
  Status done();
  Error problem(const toml::node* node, const std::string& what) const;
  void fail_at(const toml::node* node, const std::string& what);

 private:
  enum class Kind { kText, kNumber, kPaths, kTexts };
  const toml::node* take(const char* key);
  /// The variable's node, else the file's.
  const toml::node* take(const char* key, Kind kind);
  const toml::node* from_environment(const char* key, Kind kind);
  bool check_path(const toml::node* node, const std::string& text);
  void note(const char* key, const std::string& value, const toml::node* node);

  Reading& reading_;
  std::string name_, label_;
  bool variables_;
  const toml::table& table_;
  std::set<std::string> known_;
  std::vector<Error> errors_;
};

}  // namespace seabed
