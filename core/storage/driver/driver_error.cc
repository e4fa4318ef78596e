#include "core/storage/driver/driver_error.h"

#include <algorithm>
#include <cstring>

#include "seabed/abi.h"

namespace seabed {

namespace {
/// A text field that may lack its NUL and may hold control characters.
template <size_t N>
std::string clean(const char (&field)[N]) {
  std::string text(field, strnlen(field, N));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

std::string describe(const seabed_error& e) {
  std::string text = SEABED_HAS(&e, seabed_error, message) ? clean(e.message) : std::string();
  if (text.empty()) text = "the driver gave no reason";
  std::string facts;
  const auto add = [&facts](const std::string& name, const std::string& value) {
    if (!value.empty()) facts += (facts.empty() ? "" : ", ") + name + " " + value;
  };
  if (SEABED_HAS(&e, seabed_error, http_status) && e.http_status != 0)
    add("HTTP", std::to_string(e.http_status));
  if (SEABED_HAS(&e, seabed_error, vendor_code)) add("code", clean(e.vendor_code));
  if (SEABED_HAS(&e, seabed_error, request_id)) add("request", clean(e.request_id));
  return facts.empty() ? text : text + " [" + facts + "]";
}

Code permanent(int32_t code) {
  switch (code) {
    case SEABED_INVALID_ARGUMENT: return Code::kInvalidArgument;
    case SEABED_NOT_FOUND: return Code::kNotFound;
    case SEABED_ALREADY_EXISTS: return Code::kAlreadyExists;
    case SEABED_PERMISSION_DENIED: return Code::kPermissionDenied;
    case SEABED_UNSUPPORTED: return Code::kUnsupported;
    case SEABED_CONFLICT: return Code::kConflict;
    case SEABED_CORRUPTION: return Code::kCorruption;
    case SEABED_NO_SPACE: return Code::kNoSpace;
    case SEABED_TIMEOUT: return Code::kTimeout;
    case SEABED_CANCELLED: return Code::kCancelled;
    case SEABED_UNAVAILABLE:
    case SEABED_IO: return Code::kIo;
    default: return Code::kInternal;  // also a code that ABI 1 does not have
  }
}

Code our_code(int32_t code, int32_t retry) {
  switch (retry) {
    case SEABED_RETRY_OUTCOME_UNKNOWN:
      return code == SEABED_CANCELLED ? Code::kCancelled : Code::kOutcomeUnknown;
    case SEABED_RETRY_THROTTLED: return Code::kThrottled;
    case SEABED_RETRY_TRANSIENT:
      return code == SEABED_TIMEOUT     ? Code::kTimeout
             : code == SEABED_CANCELLED ? Code::kCancelled
                                        : Code::kUnavailable;
    default: return permanent(code);
  }
}

const char* next_step(Code code) {
  switch (code) {
    case Code::kPermissionDenied: return "check the credentials or the owner, mode and mount options";
    case Code::kNoSpace: return "free space at the destination";
    default: return "";
  }
}
}  // namespace

std::string DriverError::text() const { return describe(raw_); }

Error to_error(int32_t code, const seabed_error* e, std::string object) {
  Error out;
  const bool filled = e != nullptr && SEABED_HAS(e, seabed_error, retry);
  out.code = our_code(code, filled ? e->retry : int32_t{SEABED_RETRY_PERMANENT});
  out.object = std::move(object);
  out.reason = e != nullptr ? describe(*e) : "the driver gave no reason";
  out.next_step = next_step(out.code);
  if (filled && SEABED_HAS(e, seabed_error, retry_after_ms))
    out.retry_after_ms = static_cast<int>(std::min<uint32_t>(e->retry_after_ms, 3600 * 1000));
  return out;
}

}  // namespace seabed
