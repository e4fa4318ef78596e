#pragma once
// What a drill found, in canonical bytes under a signature (docs/format/drill-report.md).

#include <optional>
#include <string>
#include <vector>

#include "core/base/scn.h"
#include "core/engine/drill/signing_key.h"
#include "core/source/stream_scan.h"

namespace seabed::drill {

struct Report {
  // who and what
  uint64_t drill_id = 0, cluster_id = 0, tenant_id = 0;
  std::string cluster_name, tenant_name, host, version;
  std::vector<std::string> sources;  // without secrets
  // which moment
  std::string moment;  // as asked for: "latest", "random", an SCN, a time
  bool full = false;
  Scn target = 0;  // 0: it came to none
  std::string target_display;
  std::vector<std::string> sets, pieces;
  Scn bound_ns = kScnMax;  // kScnMax: unknown
  // what it took (nanoseconds since the epoch; milliseconds)
  Scn started = 0, ended = 0;
  uint64_t restore_ms = 0, scan_ms = 0, restored_bytes = 0, medium_bytes = 0;
  // what was found
  TenantScan scan;
  std::vector<std::string> warnings;
  std::optional<Error> error;  // why it failed

  bool passed() const { return !error; }
  uint64_t rows() const;
};

/// The report's file.
Result<std::string> encode_report(const Report& report, const SigningKey& key);

/// What can be said of a report's file: its body as compact JSON, once the signature holds.
struct CheckedReport {
  std::string body;
  bool passed = false;
};
/// kCorruption: one byte is not as it was signed. kPermissionDenied: another key signed it.
Result<CheckedReport> check_report(const std::string& file, const PublicKey& key, const std::string& object);

}  // namespace seabed::drill
