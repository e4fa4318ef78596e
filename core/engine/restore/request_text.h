#pragma once
// A restore's request as text, so that another process can go on with it. Holds secrets: kept sealed
// (catalog), never printed.

#include "core/engine/restore/restore_job.h"

namespace seabed::restore {

struct KeptRequest {
  RestoreRequest request;
  bool made_directory = false;  // the directory was not there: a cancel takes it away too
  std::string log_uri;  // of the archive whose log it replays; empty: the log inside a set (PLUS ARCHIVELOG)
};

std::string encode_request(const KeptRequest& kept);
Result<KeptRequest> decode_request(const std::string& text);

/// What a standby pulls from: archive destination and what opens its log. The same care.
struct LogSource {
  std::string uri;
  KeyAccess keys;
};
std::string encode_source(const LogSource& source);
Result<LogSource> decode_source(const std::string& text);

}  // namespace seabed::restore
