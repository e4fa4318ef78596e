#pragma once
// Reads one TOML table and keeps count of its keys, so that one that nobody asked for is an error with its
// line.

#include <toml++/toml.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed {

class TableReader {
 public:
  /// `name` as in the file: "agent", "tenant.log_stream".
  TableReader(std::string file, std::string name, const toml::table& table)
      : file_(std::move(file)), name_(std::move(name)), table_(table) {}

  // Each leaves *out alone when the key is missing.
  TableReader& text(const char* key, std::string* out);
  TableReader& path(const char* key, std::string* out);  // absolute, without "." or ".."
  TableReader& number(const char* key, uint64_t* out, uint64_t min, uint64_t max);
  TableReader& size(const char* key, uint64_t* out, uint64_t min);  // bytes, or "16G", "512MiB"
  TableReader& milliseconds(const char* key, std::chrono::milliseconds* out);
  TableReader& flag(const char* key, bool* out);
  TableReader& paths(const char* key, std::vector<std::string>* out);
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
  const toml::node* take(const char* key);
  bool check_path(const toml::node* node, const std::string& text);

  std::string file_, name_;
  const toml::table& table_;
  std::set<std::string> known_;
  std::vector<Error> errors_;
};

}  // namespace seabed
