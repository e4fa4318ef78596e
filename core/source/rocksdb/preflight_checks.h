#pragma once
// The single checks of preflight_directory: contents in preflight_contents.cc, surroundings in
// preflight_host.cc.

#include <memory>
#include <string>
#include <vector>

#include "core/source/restore_target.h"
#include "core/source/rocksdb/manifest_reader.h"
#include "core/source/stream_source.h"

namespace seabed::rocksdb_source {

struct PreflightReport {
  void ok(const std::string& check, const std::string& text);
  void warn(const std::string& check, const std::string& text, const std::string& next_step);
  void error(const std::string& check, const std::string& text, const std::string& next_step);
  void error(const std::string& check, const Error& error_found);
  std::vector<PreflightFinding> findings;
};

/// False: nothing else makes sense.
bool check_paths(const StreamConfig& config, PreflightReport& report);
std::unique_ptr<ManifestReader> check_manifest(const StreamConfig& config, PreflightReport& report);
void check_comparators(const Version& version, PreflightReport& report);
void check_tables(const StreamConfig& config, const Version& version, PreflightReport& report);
void check_log(const StreamConfig& config, PreflightReport& report);
void check_options(const StreamConfig& config, PreflightReport& report);

void check_owner(const StreamConfig& config, PreflightReport& report);
void check_links(const StreamConfig& config, PreflightReport& report);
void check_space(const StreamConfig& config, PreflightReport& report);

}  // namespace seabed::rocksdb_source
