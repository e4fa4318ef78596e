#include "core/source/rocksdb/preflight.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "core/base/fd.h"
#include "core/source/rocksdb/preflight_checks.h"

namespace seabed::rocksdb_source {

void PreflightReport::ok(const std::string& check, const std::string& text) {
  findings.push_back({PreflightFinding::Level::kOk, check, text, {}});
}
void PreflightReport::warn(const std::string& check, const std::string& text, const std::string& next_step) {
  findings.push_back({PreflightFinding::Level::kWarning, check, text, next_step});
}
void PreflightReport::error(const std::string& check, const std::string& text, const std::string& next_step) {
  findings.push_back({PreflightFinding::Level::kError, check, text, next_step});
}
void PreflightReport::error(const std::string& check, const Error& error_found) {
  error(check, error_found.object + ": " + error_found.reason, error_found.next_step);
}

std::vector<PreflightFinding> preflight_directory(const StreamConfig& config) {
  PreflightReport report;
  if (!check_paths(config, report)) return report.findings;
  const auto manifest = check_manifest(config, report);
  if (manifest) {
    check_comparators(manifest->version(), report);
    check_tables(config, manifest->version(), report);
  }
  check_log(config, report);
  check_options(config, report);
  check_owner(config, report);
  check_links(config, report);
  check_space(config, report);
  return report.findings;
}

}  // namespace seabed::rocksdb_source
