#ifndef SEABED_CALL_HPP_
#define SEABED_CALL_HPP_
// What every operation of a C++ driver gets: the context to obey and the error to fill.
#include <ctime>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "seabed/context.h"
#include "seabed/error.h"

namespace seabed::sdk {

/// The caller's seabed_error, which may be smaller than ours: fields behind its end are dropped. fail()
/// returns the code, so that an operation reads `return error.fail(SEABED_NOT_FOUND, "is not there")`.
class Error {
 public:
  explicit Error(seabed_error* out) : out_(out) {}

  __attribute__((format(printf, 3, 4))) int32_t fail(seabed_code code, const char* format, ...) {
    va_list list;
    va_start(list, format);
    fill(code, SEABED_RETRY_PERMANENT, format, list);
    va_end(list);
    return code;
  }
  __attribute__((format(printf, 4, 5))) int32_t fail(seabed_code code, seabed_retry retry, const char* format,
                                                     ...) {
    va_list list;
    va_start(list, format);
    fill(code, retry, format, list);
    va_end(list);
    return code;
  }
  Error& retry_after_ms(uint32_t ms) { return set(&seabed_error::retry_after_ms, ms); }
  Error& http_status(int32_t status) { return set(&seabed_error::http_status, status); }
  Error& os_error(int32_t value) { return set(&seabed_error::os_error, value); }
  Error& vendor_code(const char* text) { return copy(&seabed_error::vendor_code, text); }
  Error& request_id(const char* text) { return copy(&seabed_error::request_id, text); }
  /// What happened may have been done all the same.
  void outcome_unknown() { set(&seabed_error::retry, int32_t{SEABED_RETRY_OUTCOME_UNKNOWN}); }
  seabed_error* raw() const { return out_; }

 private:
  template <class T>
  bool reaches(T seabed_error::*member) const {
    const char* base = reinterpret_cast<const char*>(out_);
    return out_ != nullptr &&
           static_cast<size_t>(reinterpret_cast<const char*>(&(out_->*member)) - base) + sizeof(T) <=
               out_->struct_size;
  }
  template <class T>
  Error& set(T seabed_error::*member, T value) {
    if (reaches(member)) out_->*member = value;
    return *this;
  }
  template <size_t N>
  Error& copy(char (seabed_error::*member)[N], const char* text) {
    if (reaches(member)) std::snprintf(out_->*member, N, "%s", text);
    return *this;
  }
  void fill(seabed_code code, seabed_retry retry, const char* format, va_list list) {
    if (out_ == nullptr) return;
    const uint32_t size = out_->struct_size;
    if (size > sizeof(uint32_t))
      std::memset(reinterpret_cast<char*>(out_) + sizeof size, 0, size - sizeof size);
    set(&seabed_error::code, int32_t{code});
    set(&seabed_error::retry, int32_t{retry});
    if (reaches(&seabed_error::message)) std::vsnprintf(out_->message, sizeof out_->message, format, list);
  }
  seabed_error* out_;
};

/// The host's context; a null or short one has neither deadline nor cancel.
class Context {
 public:
  explicit Context(const seabed_context* context) : context_(context) {}

  /// SEABED_OK, or SEABED_CANCELLED or SEABED_TIMEOUT with the error filled. Ask between steps that may take
  /// long.
  int32_t check(Error& error) const {
    if (cancelled()) return error.fail(SEABED_CANCELLED, "was cancelled");
    if (remaining_ns() == 0)
      return error.fail(SEABED_TIMEOUT, SEABED_RETRY_TRANSIENT, "ran into its deadline");
    return SEABED_OK;
  }
  bool cancelled() const {
    return context_ != nullptr && SEABED_HAS(context_, seabed_context, cancel_data) &&
           context_->cancelled != nullptr && context_->cancelled(context_->cancel_data) != 0;
  }
  /// UINT64_MAX without a deadline.
  uint64_t remaining_ns() const {
    if (context_ == nullptr || !SEABED_HAS(context_, seabed_context, deadline_ns) ||
        context_->deadline_ns == 0)
      return UINT64_MAX;
    timespec ts{};
    clock_gettime(CLOCK_MONOTONIC, &ts);
    const uint64_t now = static_cast<uint64_t>(ts.tv_sec) * 1000000000u + static_cast<uint64_t>(ts.tv_nsec);
    return context_->deadline_ns > now ? context_->deadline_ns - now : 0;
  }
  uint64_t trace_id() const {
    return context_ != nullptr && SEABED_HAS(context_, seabed_context, trace_id) ? context_->trace_id : 0;
  }
  int32_t priority() const {
    return context_ != nullptr && SEABED_HAS(context_, seabed_context, priority) ? context_->priority : 0;
  }
  const seabed_context* raw() const { return context_; }

 private:
  const seabed_context* context_;
};

}  // namespace seabed::sdk

#endif
