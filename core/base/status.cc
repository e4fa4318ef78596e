#include "core/base/status.h"

#include <cerrno>
#include <cstring>

namespace seabed {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalidArgument: return "invalid_argument";
    case Code::kNotFound: return "not_found";
    case Code::kAlreadyExists: return "already_exists";
    case Code::kPermissionDenied: return "permission_denied";
    case Code::kUnsupported: return "unsupported";
    case Code::kConflict: return "conflict";
    case Code::kFenced: return "fenced";
    case Code::kCorruption: return "corruption";
    case Code::kGap: return "gap";
    case Code::kNoSpace: return "no_space";
    case Code::kUnavailable: return "unavailable";
    case Code::kThrottled: return "throttled";
    case Code::kTimeout: return "timeout";
    case Code::kOutcomeUnknown: return "outcome_unknown";
    case Code::kCancelled: return "cancelled";
    case Code::kIo: return "io";
    case Code::kInternal: return "internal";
  }
  return "internal";
}

std::string Error::message() const {
  std::string text = object.empty() ? reason : object + ": " + reason;
  if (!next_step.empty()) text += " (" + next_step + ")";
  return text;
}

bool Error::retryable() const {
  return code == Code::kUnavailable || code == Code::kThrottled || code == Code::kTimeout;
}

namespace {
Code code_of_errno(int e) {
  switch (e) {
    case ENOENT: return Code::kNotFound;
    case EEXIST: return Code::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS: return Code::kPermissionDenied;
    case ENOSPC:
    case EDQUOT: return Code::kNoSpace;
    case ETIMEDOUT: return Code::kTimeout;
    default: return Code::kIo;
  }
}
}  // namespace

tl::unexpected<Error> fail_errno(std::string object, std::string what, int errno_value) {
  return fail(code_of_errno(errno_value), std::move(object), std::move(what) + ": " + std::strerror(errno_value));
}

}  // namespace seabed
