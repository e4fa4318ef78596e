// What one run of ledger_writer was asked to do.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "ledger_config.h"

namespace oracle {

struct Run {
  oracle::LedgerConfig config;
  std::vector<std::string> given;
  std::string db, log;
  double rate = 0, seconds = 0;
  uint64_t commits = 0;
  uint64_t abort_after = 0;
  bool keep_open = false, dirty_exit = false, control = false, paused = false;
};

// From the command line; prints the help and exits if asked, throws on nonsense.
Run parse_run(int argc, char** argv);

}  // namespace oracle
