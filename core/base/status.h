#pragma once
// The one error type of Seabed. Nothing in core throws across a layer; libraries that throw are caught where
// they are called.

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace seabed {

/// Closed set of reasons. What may be retried is said by `retryable()`, not guessed from text.
enum class Code {
  kInvalidArgument,    // the caller's words are wrong; never helps to retry
  kNotFound,
  kAlreadyExists,      // also: a conditional create lost
  kPermissionDenied,
  kUnsupported,        // the driver, the engine or this version cannot do it
  kConflict,           // the state does not allow it now (wrong append position, job running …)
  kFenced,             // another writer with a newer epoch took over
  kCorruption,         // a checksum, bound or invariant of stored bytes does not hold
  kGap,                // log is missing: the round is broken at this point
  kNoSpace,
  kUnavailable,        // transient: network, server 5xx
  kThrottled,          // transient: slow down; Error::retry_after_ms says how long
  kTimeout,            // the deadline passed before anything was sent
  kOutcomeUnknown,     // it may or may not have been done: look before doing it again
  kCancelled,
  kIo,                 // the operating system refused, see reason
  kInternal,           // a bug in Seabed
};

std::string_view code_name(Code code);

/// What failed, why, and what to do. `object` names the thing (a file, a key, a tenant), `reason` says what
/// happened to it, `next_step` what the operator can do (may be empty). No secret ever enters any field.
struct Error {
  Code code = Code::kInternal;
  std::string object;
  std::string reason;
  std::string next_step;
  int retry_after_ms = 0;
  int ob_error = 0;  // OceanBase error number where reference/statements.md has one, else 0

  /// "object: reason (next step)".
  std::string message() const;
  /// True for kUnavailable, kThrottled and kTimeout: the same call may be made again.
  bool retryable() const;
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = tl::expected<void, Error>;

inline Status ok() { return {}; }

/// `return fail(Code::kNotFound, path, "no CURRENT file", "give the directory of a RocksDB database");`
inline tl::unexpected<Error> fail(Code code, std::string object, std::string reason, std::string next_step = {}) {
  return tl::unexpected<Error>(Error{code, std::move(object), std::move(reason), std::move(next_step), 0, 0});
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

/// The same with errno's text appended to `what`; ENOENT, EEXIST, EACCES/EPERM/EROFS, ENOSPC/EDQUOT and ETIMEDOUT
/// get their own codes, the rest is kIo.
tl::unexpected<Error> fail_errno(std::string object, std::string what, int errno_value);

}  // namespace seabed

#define SEABED_CONCAT_(a, b) a##b
#define SEABED_CONCAT(a, b) SEABED_CONCAT_(a, b)
/// SEABED_CHECK(expr): returns the error of a Status or Result, else goes on.
#define SEABED_CHECK(expr)                                                \
  do {                                                                    \
    if (auto seabed_status_ = (expr); !seabed_status_.has_value())        \
      return ::tl::unexpected(std::move(seabed_status_).error());         \
  } while (0)
/// SEABED_TRY(auto x, expr): x is the value of a Result, or its error is returned.
#define SEABED_TRY(decl, expr)                                                             \
  auto SEABED_CONCAT(seabed_result_, __LINE__) = (expr);                                   \
  if (!SEABED_CONCAT(seabed_result_, __LINE__).has_value())                                \
    return ::tl::unexpected(std::move(SEABED_CONCAT(seabed_result_, __LINE__)).error());   \
  decl = std::move(*SEABED_CONCAT(seabed_result_, __LINE__))
