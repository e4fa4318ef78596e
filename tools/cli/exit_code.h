#pragma once
// What the program's exit status means (docs/exit-codes.md). Never renumber: scripts test these.

#include "core/base/status.h"

namespace seabed {

enum ExitCode : int {
  kExitOk = 0,
  kExitInternal = 1,  // a bug in Seabed
  kExitUsage = 2,     // the words are wrong: options, values, configuration
  kExitNotFound = 3,
  kExitRefused = 4,     // the state does not allow it: a precondition, a lost race, something unsupported
  kExitCorruption = 5,  // stored bytes are damaged or missing
  kExitGap = 6,         // log is missing
  kExitPermission = 7,
  kExitNoSpace = 8,
  kExitCancelled = 9,
  kExitUnavailable = 10,  // it may work later: network, timeouts, outcome unknown
  kExitIo = 11,           // the operating system refused
  kExitAbsent = 12,       // `tenant get`: the read worked, and the key is not there
};

ExitCode exit_code(const Error& error);

}  // namespace seabed
