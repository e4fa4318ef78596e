#include "tools/cli/exit_code.h"

namespace seabed {

ExitCode exit_code(const Error& error) {
  switch (error.code) {
    case Code::kInvalidArgument: return kExitUsage;
    case Code::kNotFound: return kExitNotFound;
    case Code::kAlreadyExists:
    case Code::kUnsupported:
    case Code::kConflict:
    case Code::kFenced: return kExitRefused;
    case Code::kCorruption: return kExitCorruption;
    case Code::kGap: return kExitGap;
    case Code::kPermissionDenied: return kExitPermission;
    case Code::kNoSpace: return kExitNoSpace;
    case Code::kCancelled: return kExitCancelled;
    case Code::kUnavailable:
    case Code::kThrottled:
    case Code::kTimeout:
    case Code::kOutcomeUnknown: return kExitUnavailable;
    case Code::kIo: return kExitIo;
    case Code::kInternal: break;
  }
  return kExitInternal;
}

}  // namespace seabed
