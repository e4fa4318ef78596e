#include "tools/config/table_parts.h"

#include <filesystem>
#include <mutex>

#include "core/base/child.h"
#include "core/source/myrocks/myrocks_tables.h"
#include "core/source/rocksdb/rocksdb_tables.h"

namespace seabed {
namespace {

constexpr auto kLongest = std::chrono::hours(24);

std::mutex g_mutex;
std::string g_config_file;  // empty: the program's defaults

std::map<std::string, TableAccess*> make_access() {
  static const auto rocksdb = make_rocksdb_tables();
  static const auto myrocks = make_myrocks_tables();
  return {{"rocksdb", rocksdb.get()}, {"myrocks", myrocks.get()}};
}

Result<std::string> run_worker(const std::string& request, const CancelToken& cancel) {
  std::vector<std::string> command = {"/proc/self/exe"};
  {
    std::lock_guard lock(g_mutex);
    if (!g_config_file.empty()) command.insert(command.end(), {"--config", g_config_file});
  }
  command.insert(command.end(), {"table", "work"});
  auto answer = run_child(command, request, cancel, kLongest);
  if (answer || answer.error().code != Code::kIo) return answer;
  Error e = answer.error();
  e.object = "the process that works on the tables";
  e.next_step = "run `seabed verify` on the destinations; nothing at the target was acknowledged";
  return fail(e);
}

/// "sql/<tenant>.cnf" beside the configuration file.
std::string option_file(const std::string& tenant) {
  std::lock_guard lock(g_mutex);
  if (g_config_file.empty() || tenant.find('/') != tenant.npos || tenant.starts_with('.')) return {};
  return (std::filesystem::absolute(g_config_file).parent_path() / "sql" / (tenant + ".cnf")).string();
}

}  // namespace

void use_config_for_tables(const Config& config) {
  std::lock_guard lock(g_mutex);
  g_config_file = config.file;
}

const table::TableParts& table_parts() {
  static const table::TableParts parts{make_access(), run_worker, option_file};
  return parts;
}

const table::TableParts& table_parts_here() {
  static const table::TableParts parts{make_access(), {}, {}};
  return parts;
}

}  // namespace seabed
