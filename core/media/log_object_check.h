#pragma once
// What verify and a restore's look around say about one archive file without reading all of it.

#include <string>
#include <vector>

#include "core/media/log_object.h"

namespace seabed {

struct LogObjectFinding {
  std::string key, reason;
};

struct LogObjectDemand {
  uint64_t accepted = 0;  // what counts of the file; more is nobody's
  bool sealed = false;    // a successor or the piece's end says that nothing follows: a file in parts has its SEAL_META
  bool read = true;       // also FORMAT_META, SEAL_META and what repeated parts hold; else names and sizes only
};

/// Errors are those that say nothing about the content (network, cancelled).
Result<std::vector<LogObjectFinding>> check_log_object(const Medium& medium, const std::string& key,
                                                       const LogObjectDemand& demand);
/// Of a file in parts, from a listing that the caller has.
Result<std::vector<LogObjectFinding>> check_log_parts(const Medium& medium, const std::string& key,
                                                      const LogParts& parts, const LogObjectDemand& demand);

}  // namespace seabed
